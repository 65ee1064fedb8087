import { EMPTY_MAP } from '../empty-map.js';
import type { IssueList } from '../issue-list.js';
import { keyPath } from '../spec-path.js';
import { describeCycle, sortTopologically } from '../sort-topologically.js';
import type { ComponentSpec, PipelineSpec } from '../types.js';

/** Above these a pipeline of a few kilobytes could unfold into more than any machine holds. */
const MAX_TASKS = 100_000;
const MAX_NESTING = 100;

/** Refuses components that contain themselves, and nesting that unfolds into too many tasks. */
export function validateComponentGraph(spec: PipelineSpec, issues: IssueList): void {
  const names = Object.keys(spec.components);
  const { order, cycles } = sortTopologically(names, (name) => usedComponents(spec.components[name]));
  for (const cycle of cycles) {
    issues.add(keyPath('components', cycle[0] ?? ''), `contains itself: ${describeCycle(cycle)}.`, 'A pipeline cannot recurse.');
  }
  if (cycles.length > 0) return;
  const sizes = new Map<string, { tasks: number; depth: number }>();
  const measure = (component: ComponentSpec): { tasks: number; depth: number } => {
    let tasks = 0;
    let depth = 0;
    for (const used of usedComponents(component)) {
      const size = sizes.get(used);
      tasks += 1 + (size?.tasks ?? 0);
      depth = Math.max(depth, 1 + (size?.depth ?? 0));
    }
    return { tasks, depth };
  };
  for (const name of order) {
    const component = spec.components[name];
    if (component !== undefined) sizes.set(name, measure(component));
  }
  const { tasks, depth } = measure(spec.root);
  if (tasks > MAX_TASKS) {
    const count = Number.isSafeInteger(tasks) ? tasks : 'countless';
    issues.add('root', `unfolds into ${count} tasks; at most ${MAX_TASKS} are allowed.`, 'Split the pipeline or use a loop.');
  }
  if (depth > MAX_NESTING) issues.add('root', `nests DAGs ${depth} deep; at most ${MAX_NESTING} levels are allowed.`);
}

function usedComponents(component: ComponentSpec | undefined): readonly string[] {
  return Object.values(component?.dag?.tasks ?? EMPTY_MAP).map((task) => task.componentRef.name);
}

import { keyPath } from '../spec-path.js';
import { describeCycle, sortTopologically } from '../sort-topologically.js';
import { dependenciesOf } from '../task-dependencies.js';
import type { TaskSpec } from '../types.js';
import type { DagScope } from './dag-scope.js';
import { validateDagOutputs } from './validate-dag-outputs.js';
import { validateTask } from './validate-task.js';

/** Checks the tasks of a DAG, their order and the DAG's outputs. */
export function validateDag(scope: DagScope): void {
  const { dag, issues } = scope;
  const tasksPath = `${scope.path}.dag.tasks`;
  for (const [name, task] of Object.entries(dag.tasks)) validateTask(scope, name, task, keyPath(tasksPath, name));
  validateDagOutputs(scope);
  const { cycles } = sortTopologically(Object.keys(dag.tasks), (name) => dependenciesOf(dag.tasks[name] as TaskSpec));
  for (const cycle of cycles) {
    const [first = ''] = cycle;
    const message = cycle.length === 2 ? `"${first}" depends on itself.` : `depends on itself: ${describeCycle(cycle)}.`;
    issues.add(keyPath(tasksPath, first), message, 'Remove one of these dependencies.');
  }
}

import type { DAGTask } from '@millrace/argo';
import { fansOut } from '../workflow/dag-plan.js';
import type { StepPlace } from './place.js';
import { itemsOf, resolveTask, type ResolvedTask } from './resolve-task.js';
import type { RunState } from './run-state.js';
import type { StepsInstance } from './steps-instance.js';
import { scopeOf, type Scope } from './task-scope.js';

/** A step, or one item of it, with its tags replaced; or why it is not to run. */
export interface ExpandedStep {
  readonly place: StepPlace;
  readonly step: DAGTask | { readonly skipped: string };
}

/** The steps of the current group with their tags replaced, items apart. Throws an Error whose message becomes the group's. */
export function expandSteps(steps: StepsInstance, state: RunState): ExpandedStep[] {
  const scope = scopeOf(steps, state);
  const { current: index } = steps;
  return steps.groups[index]!.flatMap((declared) => {
    const place = (name: string): StepPlace => ({ kind: 'step', steps, index, step: declared.name, name });
    const isLoop = fansOut(declared);
    const resolved = resolve(declared, scope, isLoop);
    if (!isLoop) return [{ place: place(declared.name), step: resolved.kind === 'skip' ? { skipped: resolved.message } : resolved.task }];
    const items = itemsOf(resolved, scope.tag);
    if (items.length === 0) return [{ place: place(declared.name), step: { skipped: 'Skipped, empty params' } }];
    return items.map(({ name, task }) => ({ place: place(name), step: task }));
  });
}

function resolve(declared: DAGTask, scope: Scope, isLoop: boolean): ResolvedTask {
  try {
    return resolveTask(declared, scope, isLoop);
  } catch (error) {
    throw new Error(`failed to resolve references: ${(error as Error).message}`, { cause: error });
  }
}

import type { TaskSpec } from '@millrace/pipeline-spec';
import type { TaskState } from './run-view.js';

export type TriggerStrategy = 'all-succeeded' | 'all-completed';
export type TaskKind = 'container' | 'dag';

/**
 * The states of a dependency that let a task start; in any other final state the task is never started. This table is the only
 * definition: `decide` reads it and the compiler prints Argo's `depends` from it.
 *
 * A container task that was not triggered and one whose outputs were cached are told apart here, so a cached one counts as a success;
 * a DAG is never cached as a whole, only its members are.
 */
const RULES: Readonly<Record<TriggerStrategy, Readonly<Record<TaskKind, readonly TaskState[]>>>> = {
  'all-succeeded': {
    container: ['SUCCEEDED', 'CACHED'],
    dag: ['SUCCEEDED'],
  },
  // Exit tasks and ignore_upstream_failure(). A cancelled dependency starts nothing.
  'all-completed': {
    container: ['SUCCEEDED', 'CACHED', 'FAILED', 'SKIPPED'],
    dag: ['SUCCEEDED', 'FAILED', 'SKIPPED'],
  },
};

export function triggerStrategyOf(task: Pick<TaskSpec, 'triggerPolicy'>): TriggerStrategy {
  return task.triggerPolicy?.strategy === 'ALL_UPSTREAM_TASKS_COMPLETED' ? 'all-completed' : 'all-succeeded';
}

/** States of a dependency of that kind which a task with this strategy accepts. */
export function dependencyRule(strategy: TriggerStrategy, dependency: TaskKind): readonly TaskState[] {
  return RULES[strategy][dependency];
}

/** What a dependency in this state means for the task: it may start, it has to wait, or it will never start. */
export function judgeDependency(strategy: TriggerStrategy, dependency: TaskKind, state: TaskState | undefined): 'met' | 'open' | 'blocked' {
  if (state === undefined || state === 'PENDING' || state === 'RUNNING') return 'open';
  return dependencyRule(strategy, dependency).includes(state) ? 'met' : 'blocked';
}

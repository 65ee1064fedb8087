import { dependencyRule, triggerStrategyOf, type TaskKind, type TaskState } from '@millrace/pipeline-semantics';
import type { TaskSpec } from '@millrace/pipeline-spec';

/** A dependency as a DAG of Argo knows it. */
export interface Dependency {
  readonly name: string;
  readonly kind: TaskKind;
}

/** Argo's results of a task that mean one of our states. A task that is never started is Skipped or Omitted. */
const RESULTS: Readonly<Record<TaskState, readonly string[]>> = {
  SUCCEEDED: ['Succeeded'],
  CACHED: ['Skipped'],
  FAILED: ['Failed', 'Errored'],
  SKIPPED: ['Skipped', 'Omitted'],
  CANCELED: [],
  PENDING: [],
  RUNNING: [],
};

/** Argo's `depends` of a task, printed from the one table of trigger rules; undefined when it depends on nothing. */
export function dependsExpression(task: Pick<TaskSpec, 'triggerPolicy'>, dependencies: readonly Dependency[]): string | undefined {
  if (dependencies.length === 0) return undefined;
  const strategy = triggerStrategyOf(task);
  return dependencies
    .map(({ name, kind }) => {
      const results = new Set(dependencyRule(strategy, kind).flatMap((state) => RESULTS[state]));
      // What Argo takes a name by itself for, besides daemons, which we have none of: a Workflow has many of them, and its size counts.
      if (results.size === 2 && results.has('Succeeded') && results.has('Skipped')) return name;
      const terms = [...results].map((result) => `${name}.${result}`);
      return terms.length === 1 ? terms[0] : `(${terms.join(' || ')})`;
    })
    .join(' && ');
}

import type { IssueList } from '../issue-list.js';
import { keyPath } from '../spec-path.js';
import { describeCycle, sortTopologically } from '../sort-topologically.js';
import { dependenciesOf } from '../task-dependencies.js';
import type { ComponentSpec, DagSpec, PipelineSpec, TaskSpec } from '../types.js';
import { validateDagOutputs } from './validate-dag-outputs.js';
import { validateTask } from './validate-task.js';

/** A DAG under validation and what its tasks may refer to. */
export interface DagScope {
  readonly spec: PipelineSpec;
  /** The component whose DAG it is. */
  readonly component: ComponentSpec;
  readonly dag: DagSpec;
  readonly path: string;
  /** The component's inputs whose type is not known before the run, because a loop fills them. */
  readonly iterated: ReadonlySet<string> | undefined;
  readonly issues: IssueList;
}

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

/** The component of a sibling task; undefined, without an issue, when task or component is missing, which is reported where it stands. */
export function componentOfTask(scope: DagScope, taskName: string): ComponentSpec | undefined {
  const task = scope.dag.tasks[taskName];
  return task === undefined ? undefined : scope.spec.components[task.componentRef.name];
}

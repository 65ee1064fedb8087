import type { IssueList } from '../issue-list.js';
import { suggestName } from '../suggest-name.js';
import type { ComponentSpec, DagSpec, PipelineSpec, TaskSpec } from '../types.js';

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

/** A task whose inputs are under validation. */
export interface TaskScope {
  readonly scope: DagScope;
  readonly task: TaskSpec;
  readonly component: ComponentSpec;
}

/** The component of a sibling task; undefined, without an issue, when task or component is missing, which is reported where it stands. */
export function componentOfTask(scope: DagScope, taskName: string): ComponentSpec | undefined {
  const task = scope.dag.tasks[taskName];
  return task === undefined ? undefined : scope.spec.components[task.componentRef.name];
}

/** Says that a name leads to no task of the DAG. */
export function reportUnknownTask(scope: DagScope, name: string, path: string): void {
  const message = name === '' ? 'is missing.' : `names the task "${name}", which this DAG does not have.`;
  scope.issues.add(path, message, () => suggestName(name, Object.keys(scope.dag.tasks)));
}

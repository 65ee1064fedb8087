import { PipelineError } from '@millrace/errors';
import {
  type ComponentSpec,
  type DagSpec,
  type ExecutorSpec,
  type Pipeline,
  type RetryPolicy,
  type TaskSpec,
  componentOf,
  dependenciesOf,
  executorOf,
} from '@millrace/pipeline-spec';
import { ROOT_PATH, parentOf, taskKeyOf } from './scope-path.js';
import type { ScopePath } from './run-view.js';

/** A task where it stands: what the IR says of one path, whatever the iteration. */
export interface LocatedTask {
  /** Without iterations. */
  readonly path: ScopePath;
  readonly taskKey: string;
  readonly task: TaskSpec;
  readonly component: ComponentSpec;
  readonly executor?: ExecutorSpec;
  /** The DAG that the task is a member of. */
  readonly dag: DagSpec;
  /** Keys of the siblings it depends on, given or implied by its inputs. */
  readonly dependencies: readonly string[];
  /** Its own retry policy, else the nearest one of the DAGs around it. */
  readonly retryPolicy?: RetryPolicy;
}

/** The task at a path. The IR is read once per pipeline and path. */
export function locateTask(pipeline: Pipeline, path: ScopePath): LocatedTask {
  const tasks = located(pipeline);
  const found = tasks.get(path);
  if (found !== undefined) return found;
  const staticPath = withoutIterations(path);
  const task = tasks.get(staticPath) ?? read(pipeline, staticPath);
  tasks.set(staticPath, task);
  return task;
}

/** The component that a scope runs; the root's for `root`. */
export function scopeComponent(pipeline: Pipeline, scope: ScopePath): ComponentSpec {
  return scope === ROOT_PATH ? pipeline.spec.root : locateTask(pipeline, scope).component;
}

const LOCATED = new WeakMap<Pipeline, Map<ScopePath, LocatedTask>>();

function located(pipeline: Pipeline): Map<ScopePath, LocatedTask> {
  let tasks = LOCATED.get(pipeline);
  if (tasks === undefined) LOCATED.set(pipeline, (tasks = new Map()));
  return tasks;
}

function withoutIterations(path: ScopePath): ScopePath {
  return path.includes('#') ? path.replaceAll(/#\d+(?=\/|$)/g, '') : path;
}

function read(pipeline: Pipeline, path: ScopePath): LocatedTask {
  const scope = parentOf(path);
  const taskKey = taskKeyOf(path);
  const outer = scope === undefined || scope === ROOT_PATH ? undefined : locateTask(pipeline, scope);
  const dag = outer === undefined ? pipeline.spec.root.dag : outer.component.dag;
  const task = scope === undefined || dag === undefined || !Object.hasOwn(dag.tasks, taskKey) ? undefined : dag.tasks[taskKey];
  if (task === undefined || dag === undefined) throw new PipelineError('NOT_FOUND', `The pipeline has no task at "${path}".`);
  const component = componentOf(pipeline, task.componentRef.name);
  const executor = executorOf(pipeline, component);
  if (component.dag === undefined && executor === undefined) {
    throw new PipelineError('INVALID_ARGUMENT', `Component "${task.componentRef.name}" of task "${path}" has neither a DAG nor an executor.`);
  }
  const retryPolicy = (task.retryPolicy?.maxRetryCount ?? 0) > 0 ? task.retryPolicy : outer?.retryPolicy;
  return {
    path,
    taskKey,
    task,
    component,
    dag,
    dependencies: dependenciesOf(task),
    ...(executor !== undefined && { executor }),
    ...(retryPolicy !== undefined && { retryPolicy }),
  };
}

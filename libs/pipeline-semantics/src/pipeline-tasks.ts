import { PipelineError } from '@millrace/errors';
import type { ComponentSpec, ContainerSpec, DagSpec, ExecutorSpec, Pipeline, RetryPolicy, TaskSpec } from '@millrace/pipeline-spec';
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

/** Every task of a DAG, each after those it depends on; equal ranks in the order of the document. */
export function tasksInOrder(dag: DagSpec): readonly string[] {
  const known = ORDERS.get(dag);
  if (known !== undefined) return known;
  const order = sortTasks(dag);
  ORDERS.set(dag, order);
  return order;
}

/** The component that a scope runs; the root's for `root`. */
export function scopeComponent(pipeline: Pipeline, scope: ScopePath): ComponentSpec {
  return scope === ROOT_PATH ? pipeline.spec.root : locateTask(pipeline, scope).component;
}

/** The container of a task; undefined for a DAG. */
export function containerOf(located: Pick<LocatedTask, 'executor'>): ContainerSpec | undefined {
  return located.executor?.container;
}

const LOCATED = new WeakMap<Pipeline, Map<ScopePath, LocatedTask>>();
const ORDERS = new WeakMap<DagSpec, readonly string[]>();
const DEPENDENCIES = new WeakMap<TaskSpec, readonly string[]>();

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
  const component = pipeline.spec.components[task.componentRef.name];
  if (component === undefined) {
    throw new PipelineError('INVALID_ARGUMENT', `Task "${path}" refers to component "${task.componentRef.name}", which the pipeline does not have.`);
  }
  const label = component.executorLabel;
  const executor = label === undefined ? undefined : pipeline.spec.deploymentSpec.executors[label];
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
    dependencies: dependencies(dag, task),
    ...(executor !== undefined && { executor }),
    ...(retryPolicy !== undefined && { retryPolicy }),
  };
}

function dependencies(dag: DagSpec, task: TaskSpec): readonly string[] {
  const known = DEPENDENCIES.get(task);
  if (known !== undefined) return known;
  const keys = new Set(task.dependentTasks ?? []);
  for (const parameter of Object.values(task.inputs?.parameters ?? {})) {
    if (parameter.taskOutputParameter !== undefined) keys.add(parameter.taskOutputParameter.producerTask);
  }
  for (const artifact of Object.values(task.inputs?.artifacts ?? {})) {
    if (artifact.taskOutputArtifact !== undefined) keys.add(artifact.taskOutputArtifact.producerTask);
  }
  const result = [...keys].filter((key) => Object.hasOwn(dag.tasks, key));
  DEPENDENCIES.set(task, result);
  return result;
}

function sortTasks(dag: DagSpec): readonly string[] {
  const keys = Object.keys(dag.tasks);
  const missing = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const key of keys) {
    const needs = dependencies(dag, dag.tasks[key] as TaskSpec);
    missing.set(key, needs.length);
    for (const need of needs) {
      const list = dependents.get(need);
      if (list === undefined) dependents.set(need, [key]);
      else list.push(key);
    }
  }
  const order = keys.filter((key) => missing.get(key) === 0);
  for (let next = 0; next < order.length; next += 1) {
    for (const dependent of dependents.get(order[next] as string) ?? []) {
      const left = (missing.get(dependent) as number) - 1;
      missing.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length < keys.length) {
    const stuck = keys.filter((key) => (missing.get(key) as number) > 0);
    throw new PipelineError('INVALID_ARGUMENT', `Tasks depend on each other in a circle: ${stuck.join(', ')}.`);
  }
  return order;
}


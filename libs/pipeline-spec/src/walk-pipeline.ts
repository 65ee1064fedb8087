import { PipelineError } from '@millrace/errors';
import { taskOrder } from './task-dependencies.js';
import type { ComponentSpec, DagSpec, ExecutorSpec, Pipeline, TaskSpec } from './types.js';

export type DagComponent = ComponentSpec & { readonly dag: DagSpec };

/** A task as it occurs in the pipeline; a component used twice has its tasks twice, under different paths. */
export interface TaskOccurrence {
  /** `root/train/fit`: the scope and the task's name. */
  readonly path: string;
  /** The DAG it runs in: `root/train`. */
  readonly scope: string;
  readonly name: string;
  readonly task: TaskSpec;
  readonly component: ComponentSpec;
  /** The component whose DAG holds the task. */
  readonly parent: DagComponent;
}

export function isDagComponent(component: ComponentSpec): component is DagComponent {
  return component.dag !== undefined;
}

/** The component of that name. Throws INVALID_ARGUMENT when there is none, which a parsed pipeline's own references never cause. */
export function componentOf(pipeline: Pipeline, name: string): ComponentSpec {
  const { components } = pipeline.spec;
  const component = Object.hasOwn(components, name) ? components[name] : undefined;
  if (component === undefined) throw new PipelineError('INVALID_ARGUMENT', `The pipeline "${pipeline.spec.pipelineInfo.name}" has no component "${name}".`);
  return component;
}

/** Whether a component declares an output; what others write besides is not kept, as in KFP. */
export function makesOutputs({ outputDefinitions }: ComponentSpec): boolean {
  return Object.keys(outputDefinitions?.parameters ?? {}).length + Object.keys(outputDefinitions?.artifacts ?? {}).length > 0;
}

/** What runs a component that is no DAG; undefined for a DAG. */
export function executorOf(pipeline: Pipeline, component: ComponentSpec): ExecutorSpec | undefined {
  const { executors } = pipeline.spec.deploymentSpec;
  const label = component.executorLabel;
  return label !== undefined && Object.hasOwn(executors, label) ? executors[label] : undefined;
}

/** Every task of the pipeline, a DAG's task before the tasks inside it, siblings in the order of `taskOrder`. Lazy; linear in the tasks visited. */
export function* walkTasks(pipeline: Pipeline): Generator<TaskOccurrence, void, undefined> {
  const { root } = pipeline.spec;
  if (!isDagComponent(root)) return;
  const open = [{ scope: 'root', parent: root, order: taskOrder(root.dag), next: 0 }];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const name = level.order[level.next];
    level.next += 1;
    const task = name === undefined ? undefined : level.parent.dag.tasks[name];
    if (name === undefined || task === undefined) {
      open.pop();
      continue;
    }
    const component = componentOf(pipeline, task.componentRef.name);
    const path = `${level.scope}/${name}`;
    yield { path, scope: level.scope, name, task, component, parent: level.parent };
    if (isDagComponent(component)) open.push({ scope: path, parent: component, order: taskOrder(component.dag), next: 0 });
  }
}

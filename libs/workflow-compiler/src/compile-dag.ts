import type { DAGTask, Template } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { locateTask, taskPath, triggerStrategyOf, type Layout, type Plan, type PlannedTask } from '@millrace/pipeline-semantics';
import { type DagSpec, type Pipeline, taskOrder } from '@millrace/pipeline-spec';
import { compilePod } from './compile-pod.js';
import { type Dependency, dependsExpression } from './depends.js';
import { gateTemplateName } from './gate-template.js';
import { type TemplateNames, nameTasks } from './names.js';
import { taskSettings } from './task-settings.js';
import type { Transport } from './transport.js';

/** Templates of tasks that start nothing: what a task is skipped as tells why. */
export const CACHED_TEMPLATE = 'millrace-cached';
export const SKIPPED_TEMPLATE = 'millrace-skipped';
/** Annotation of a DAG's template: keys by task name, for the tasks whose key is no name for Argo. */
export const TASK_KEYS_ANNOTATION = 'millrace/task-keys';

export interface CompileContext {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
  readonly layout: Layout;
  readonly transport: Transport;
  readonly names: TemplateNames;
  /** Filled with the templates of the DAG's members, members first. */
  readonly templates: Template[];
  /** Filled with the names of the shared templates that are used. */
  readonly shared: Set<string>;
}

/** Compiles the DAG of one scope, and everything inside it. */
export function compileDag(context: CompileContext, name: string, scope: string, dag: DagSpec): Template {
  const keys = taskOrder(dag);
  const names = nameTasks(keys);
  const nameOf = (key: string): string => names.task.get(key) as string;
  const tasks = keys.flatMap((key) => {
    const planned = plannedTask(context, taskPath(scope, key));
    const depends = dependsExpression(dag.tasks[key] ?? {}, dependenciesOf(context, planned, nameOf));
    return compileTask(context, planned, { name: nameOf(key), gate: names.gate.get(key) as string, ...(depends !== undefined && { depends }) });
  });
  const renamed = keys.filter((key) => nameOf(key) !== key);
  const target = targetOf(context, dag, scope, nameOf);
  return {
    name,
    ...(renamed.length > 0 && { annotations: { [TASK_KEYS_ANNOTATION]: JSON.stringify(Object.fromEntries(renamed.map((key) => [nameOf(key), key]))) } }),
    inputs: { parameters: [{ name: 'path' }] },
    dag: { failFast: false, ...(target !== undefined && { target }), tasks },
  };
}

interface TaskPlace {
  readonly name: string;
  readonly gate: string;
  readonly depends?: string;
}

function compileTask(context: CompileContext, planned: PlannedTask, place: TaskPlace): DAGTask[] {
  const { depends } = place;
  const path = { name: 'path', value: `{{inputs.parameters.path}}/${planned.taskKey}` };
  const plainTask = (template: string, when?: string): DAGTask[] => [
    { name: place.name, template, ...(depends !== undefined && { depends }), ...(when !== undefined && { when }), arguments: { parameters: [path] } },
  ];
  // A loop becomes its own DAG over the indexes of its items, and a task with a condition a DAG behind a gate: both here, by the decision.
  switch (planned.decision.kind) {
    case 'cached':
      context.shared.add(CACHED_TEMPLATE);
      return plainTask(CACHED_TEMPLATE, 'cached == run');
    case 'skip':
      context.shared.add(SKIPPED_TEMPLATE);
      return plainTask(SKIPPED_TEMPLATE, 'skipped == run');
    case 'run':
      return plainTask(podTemplate(context, planned).name);
    case 'enter':
    case 'wait':
    case 'fail':
      // A DAG needs no gate: its members wait for what they use, each on its own.
      if (planned.kind === 'dag') return plainTask(dagTemplate(context, planned));
      return gatedTask(context, planned, place, path);
    case 'fan-out':
    case 'inline':
      throw new PipelineError('UNIMPLEMENTED', `Task "${planned.path}" is of a kind that this version of Millrace does not compile.`);
  }
}

/** The gate takes the task's place in the order; the pod follows it when the answer says so. */
function gatedTask(context: CompileContext, planned: PlannedTask, { name, gate, depends }: TaskPlace, path: { name: string; value: string }): DAGTask[] {
  context.shared.add(gateTemplateName);
  const pod = podTemplate(context, planned);
  const late = pod.slots.map((slot) => ({ name: slot, value: `{{tasks.${gate}.outputs.parameters.${slot}}}` }));
  return [
    { name: gate, template: gateTemplateName, ...(depends !== undefined && { depends }), arguments: { parameters: [path] } },
    {
      name,
      template: pod.name,
      depends: `${gate}.Succeeded`,
      when: `{{tasks.${gate}.outputs.parameters.run}} == true`,
      arguments: { parameters: [path, ...late] },
    },
  ];
}

function podTemplate(context: CompileContext, planned: PlannedTask): { readonly name: string; readonly slots: readonly string[] } {
  const { pipeline, layout, transport } = context;
  const located = locateTask(pipeline, planned.path);
  const container = located.executor?.container;
  if (container === undefined) throw new PipelineError('UNIMPLEMENTED', `Task "${planned.path}" is not run by a container, which this version of Millrace does not compile.`);
  const name = context.names.name('pod', planned.path);
  const { template, slots } = compilePod({
    name,
    located,
    container,
    ...(planned.decision.kind === 'run' && { plan: planned.decision.plan }),
    parameterFolder: layout.parameterFolder,
    transport,
    settings: taskSettings(pipeline, located.component.executorLabel),
  });
  context.templates.push(template);
  return { name, slots };
}

function dagTemplate(context: CompileContext, planned: PlannedTask): string {
  const { component } = locateTask(context.pipeline, planned.path);
  const name = context.names.name('dag', planned.path);
  context.templates.push(compileDag(context, name, planned.path, component.dag as DagSpec));
  return name;
}

function dependenciesOf(context: CompileContext, planned: PlannedTask, nameOf: (key: string) => string): Dependency[] {
  return planned.dependsOn.map((path) => {
    const dependency = plannedTask(context, path);
    return { name: nameOf(dependency.taskKey), kind: dependency.kind };
  });
}

/**
 * Argo judges a DAG by its last tasks, so a failure that a later task tolerates would be forgotten: such tasks are named beside the last
 * ones. Nothing is named where nothing is tolerated, because Argo's bookkeeping grows with the square of the names.
 */
function targetOf(context: CompileContext, dag: DagSpec, scope: string, nameOf: (key: string) => string): string | undefined {
  const keys = taskOrder(dag);
  const tolerated = new Set<string>();
  const depended = new Set<string>();
  for (const key of keys) {
    for (const path of plannedTask(context, taskPath(scope, key)).dependsOn) {
      const dependency = plannedTask(context, path).taskKey;
      depended.add(dependency);
      if (triggerStrategyOf(dag.tasks[key] ?? {}) === 'all-completed') tolerated.add(dependency);
    }
  }
  if (tolerated.size === 0) return undefined;
  return keys.filter((key) => tolerated.has(key) || !depended.has(key)).map(nameOf).join(' ');
}

function plannedTask({ plan }: CompileContext, path: string): PlannedTask {
  const planned = plan.tasks.get(path);
  if (planned === undefined) throw new PipelineError('INTERNAL', `The plan has no task "${path}"; it was made for another pipeline.`);
  return planned;
}

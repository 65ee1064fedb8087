import type { DAGTask, Template } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { isClaimTask, isLoop, isPlacedByAttempt, locateTask, taskPath, triggerStrategyOf, workspaceClaim, type Layout, type Plan, type PlannedTask, type RunFacts } from '@millrace/pipeline-semantics';
import { type DagSpec, type Pipeline, type TaskSpec, taskOrder } from '@millrace/pipeline-spec';
import { iterationIndexes } from './answer-gate.js';
import { compileCopy, copySlots, isCopiedByPod } from './compile-copy.js';
import { type CompiledPod, compilePod } from './compile-pod.js';
import { type Dependency, dependsExpression } from './depends.js';
import { GATE_SLOTS, gateTemplateName } from './gate-template.js';
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
  readonly run: Pick<RunFacts, 'artifactRoot' | 'resourceName'>;
  readonly layout: Layout;
  readonly transport: Transport;
  /** Paths of the tasks that can have their template in common with another. */
  readonly alike: ReadonlySet<string>;
  readonly names: TemplateNames;
  /** Filled with the templates of the DAG's members, members first. */
  readonly templates: Template[];
  /** Filled with the names of the pods' templates, by what they say. */
  readonly pods: Map<string, string>;
  /** Filled with the names of the shared templates that are used. */
  readonly shared: Set<string>;
  /** Filled with the slots that gates have to answer for some pods only. */
  readonly ownSlots: Set<string>;
  /** Whether what is compiled is run once for each item of a loop around it, so that Argo alone knows its path. @default false */
  readonly isRepeated?: boolean;
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
  const { name, depends } = place;
  const path = { name: 'path', value: context.isRepeated === true ? `{{inputs.parameters.path}}/${planned.taskKey}` : planned.path };
  const plainTask = (template: string, { when, given = {} }: { readonly when?: string; readonly given?: Readonly<Record<string, string>> } = {}): DAGTask[] => [
    {
      name,
      template,
      ...(depends !== undefined && { depends }),
      ...(when !== undefined && { when }),
      arguments: { parameters: [path, ...Object.entries(given).map(([slot, value]) => ({ name: slot, value }))] },
    },
  ];
  switch (planned.decision.kind) {
    case 'cached':
    case 'import':
      context.shared.add(CACHED_TEMPLATE);
      return plainTask(CACHED_TEMPLATE, { when: 'cached == run' });
    case 'skip':
      context.shared.add(SKIPPED_TEMPLATE);
      return plainTask(SKIPPED_TEMPLATE, { when: 'skipped == run' });
    case 'run': {
      const { name: template, given } = podTemplate(context, planned);
      return plainTask(template, { given });
    }
    case 'enter':
      // Such a DAG needs no gate: its members wait for what they use, each on its own.
      return plainTask(dagTemplate(context, planned));
    case 'fan-out':
      return plainTask(loopTemplate(context, planned), { given: { items: iterationIndexes(planned.decision.iterations) } });
    case 'wait':
    case 'fail':
      return gatedTask(context, planned, place, path);
  }
}

/** The gate takes the task's place in the order; what it stands before follows it when the answer says so. */
function gatedTask(context: CompileContext, planned: PlannedTask, { name, gate, depends }: TaskPlace, path: { name: string; value: string }): DAGTask[] {
  context.shared.add(gateTemplateName);
  const gateTask = (as: string): DAGTask => ({ name: as, template: gateTemplateName, ...(depends !== undefined && { depends }), arguments: { parameters: [path] } });
  const behind = behindGate(context, planned);
  // Nothing is left to do for an importer or a volume once it is decided.
  if (behind === undefined) return [gateTask(name)];
  const answered = (slot: string) => ({ name: slot, value: `{{tasks.${gate}.outputs.parameters.${slot}}}` });
  return [
    gateTask(gate),
    {
      name,
      template: behind.template,
      depends: `${gate}.Succeeded`,
      when: `${answered('run').value} ${behind.runs}`,
      arguments: { parameters: [path, ...behind.slots.map(answered)] },
    },
  ];
}

interface BehindGate {
  readonly template: string;
  /** Slots of the gate that it takes. */
  readonly slots: readonly string[];
  /** Which answers let it begin. */
  readonly runs: '== true' | '!= false';
}

function behindGate(context: CompileContext, planned: PlannedTask): BehindGate | undefined {
  const { task, component, executor } = locateTask(context.pipeline, planned.path);
  if (component.dag !== undefined) {
    return isLoop(task)
      ? { template: loopTemplate(context, planned), slots: ['items'], runs: '== true' }
      : { template: dagTemplate(context, planned), slots: [], runs: '== true' };
  }
  const isCopied = isCopiedByPod(executor, context.layout);
  const runsNothing = (executor?.importer !== undefined && !isCopied) || isClaimTask(executor);
  if (runsNothing && !hasCondition(task)) return undefined;
  if (runsNothing) context.shared.add(CACHED_TEMPLATE);
  const body = runsNothing ? { name: CACHED_TEMPLATE, slots: [] } : isCopied ? copyTemplate(context, planned) : podTemplate(context, planned);
  if (!hasCondition(task)) return { template: body.name, slots: body.slots, runs: '== true' };
  return { template: whenTemplate(context, planned, body), slots: ['run', ...body.slots], runs: '!= false' };
}

/**
 * A DAG around the pod of a task that has a condition: it is skipped when the task is not triggered, and succeeds when only the pod in it is
 * skipped because the task was cached. The tasks behind it can tell one from the other.
 */
function whenTemplate(context: CompileContext, planned: PlannedTask, pod: { readonly name: string; readonly slots: readonly string[] }): string {
  const name = context.names.name('when', planned.path);
  const given = ['path', ...pod.slots].map((slot) => ({ name: slot, value: `{{inputs.parameters.${slot}}}` }));
  context.templates.push({
    name,
    inputs: { parameters: ['path', 'run', ...pod.slots].map((slot) => ({ name: slot })) },
    dag: { failFast: false, tasks: [{ name: 'run', template: pod.name, when: '{{inputs.parameters.run}} == true', arguments: { parameters: given } }] },
  });
  return name;
}

/** One iteration after another as Argo's limit allows, each with its own path; Argo knows of the items only how many there are. */
function loopTemplate(context: CompileContext, planned: PlannedTask): string {
  const { task } = locateTask(context.pipeline, planned.path);
  const body = dagTemplate({ ...context, isRepeated: true }, planned);
  const name = context.names.name('loop', planned.path);
  const limit = task.iteratorPolicy?.parallelismLimit ?? 0;
  context.templates.push({
    name,
    inputs: { parameters: [{ name: 'path' }, { name: 'items' }] },
    ...(limit > 0 && { parallelism: limit }),
    dag: {
      failFast: false,
      tasks: [
        {
          name: 'iteration',
          template: body,
          withParam: '{{inputs.parameters.items}}',
          arguments: { parameters: [{ name: 'path', value: `${context.isRepeated === true ? '{{inputs.parameters.path}}' : planned.path}#{{item}}` }] },
        },
      ],
    },
  });
  return name;
}

function hasCondition({ triggerPolicy }: TaskSpec): boolean {
  return (triggerPolicy?.condition ?? '') !== '';
}

function podTemplate(context: CompileContext, planned: PlannedTask): Pick<CompiledPod, 'slots' | 'given'> & { readonly name: string } {
  const { pipeline, layout, transport, alike } = context;
  const { decision } = planned;
  const located = locateTask(pipeline, planned.path);
  const container = located.executor?.container;
  if (container === undefined) throw new PipelineError('UNIMPLEMENTED', `Task "${planned.path}" is not run by a container, which this version of Millrace does not compile.`);
  const name = context.names.name('pod', planned.path);
  // Argo knows the number of an attempt in a template, and not where one is used.
  const isShared = decision.kind !== 'run' || (alike.has(planned.path) && !isPlacedByAttempt(decision.plan));
  const { template, given, slots, ownSlots } = compilePod({
    name,
    pipeline,
    layout,
    located,
    container,
    ...(decision.kind === 'run' && { plan: decision.plan, isShared }),
    transport,
    settings: taskSettings(pipeline, located.component.executorLabel),
  });
  return { name: addPod(context, template, { ownSlots, isShared }), given, slots };
}

function copyTemplate(context: CompileContext, planned: PlannedTask): { readonly name: string; readonly slots: readonly string[] } {
  const { pipeline, layout, run } = context;
  const located = locateTask(pipeline, planned.path);
  if (!isCopiedByPod(located.executor, layout)) throw new PipelineError('INTERNAL', `Task "${planned.path}" copies nothing into the workspace.`);
  const slots = copySlots(layout);
  const template = compileCopy({ name: context.names.name('pod', planned.path), layout, located, run, workspace: workspaceClaim(run), settings: taskSettings(pipeline, located.component.executorLabel) });
  return { name: addPod(context, template, { ownSlots: slots.filter((slot) => !Object.hasOwn(GATE_SLOTS, slot)), isShared: true }), slots };
}

/** A component that is used a hundred times is written once: Argo cannot hold more than a mebibyte of a Workflow. */
function addPod(context: CompileContext, template: Template, { ownSlots, isShared }: { readonly ownSlots: readonly string[]; readonly isShared: boolean }): string {
  const said = isShared ? JSON.stringify({ ...template, name: '' }) : undefined;
  const same = said === undefined ? undefined : context.pods.get(said);
  for (const slot of ownSlots) context.ownSlots.add(slot);
  if (same !== undefined) return same;
  if (said !== undefined) context.pods.set(said, template.name!);
  context.templates.push(template);
  return template.name!;
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
    // Skipped means cached only where a task cannot be skipped for another reason.
    const { task } = locateTask(context.pipeline, path);
    const maySkip = dependency.decision.kind === 'skip' || (dependency.decision.kind === 'wait' && hasCondition(task));
    return { name: nameOf(dependency.taskKey), kind: maySkip ? 'dag' : dependency.kind };
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

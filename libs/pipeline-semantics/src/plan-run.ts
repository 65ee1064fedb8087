import { PipelineError } from '@millrace/errors';
import { type FeatureOptions, type Pipeline, unsupportedFeatures, walkTasks } from '@millrace/pipeline-spec';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import type { Layout } from './layout.js';
import { isLoop } from './loop-items.js';
import { type LocatedTask, locateTask } from './pipeline-tasks.js';
import type { CachePolicy, PlannedTask, PlanSteps } from './plan.js';
import { resolveSettings } from './pod/task-settings.js';
import type { RunFacts, RunView, ScopePath, TaskFacts } from './run-view.js';
import { ROOT_PATH, taskPath } from './scope-path.js';

export interface PlanRunContext {
  readonly layout: Layout;
  readonly cache: CachePolicy;
  readonly newTaskId: (path: ScopePath) => string;
  /** What can be run. @default what the layout's transport is for, without containers on one machine */
  readonly support?: FeatureOptions;
}

/** More tasks than any Workflow object can hold; also what stops a pipeline of pipelines of pipelines that doubles at each level. */
export const MAX_TASKS = 20_000;

type Settled = PlannedTask['decision'];
type Decided = Exclude<Decision, { kind: 'need-cache' }>;

/**
 * Decides every task as far as it can be decided before anything runs. A cache hit's outputs are known, so what consumes them is decided
 * too: each wave yields the fingerprints that the one before has made known. Every task is decided once, and again each time all it
 * waited for has been looked up, so the work is linear in the pipeline.
 *
 * Throws UNIMPLEMENTED for a pipeline that uses what this version does not do (`unsupportedFeatures`), INVALID_ARGUMENT for one that cannot be run at all.
 */
export function* planRun(pipeline: Pipeline, run: RunFacts, context: PlanRunContext): PlanSteps {
  refuseUnsupported(pipeline, context);
  const listed = listTasks(pipeline);
  const byPath = new Map(listed.map((task) => [task.path, task]));
  const taskIds = new Map(listed.map(({ path }) => [path, context.newTaskId(path)]));
  const view = new PlanView(run, byPath, taskIds);
  const settled = new Map<ScopePath, Settled>();
  const lookups = new Map<ScopePath, Extract<Decision, { kind: 'need-cache' }>>();
  // Tasks whose inputs come from tasks that are not settled: from how many, and who waits for whom.
  const openProducers = new Map<ScopePath, number>();
  const consumers = new Map<ScopePath, ScopePath[]>();

  const ready: ScopePath[] = listed.map(({ path }) => path);
  const settle = (path: ScopePath, decided: Decided): void => {
    const decision = whereItStands(byPath.get(path) as ListedTask, decided, settled);
    settled.set(path, decision);
    view.record(byPath.get(path) as ListedTask, decision);
    for (const consumer of consumers.get(path) ?? []) {
      const left = (openProducers.get(consumer) as number) - 1;
      openProducers.set(consumer, left);
      if (left === 0) ready.push(consumer);
    }
    consumers.delete(path);
  };
  const awaitTasks = (path: ScopePath, producers: readonly ScopePath[]): void => {
    openProducers.set(path, producers.length);
    for (const producer of producers) {
      const waiting = consumers.get(producer);
      if (waiting === undefined) consumers.set(producer, [path]);
      else waiting.push(path);
    }
  };
  const attempt = (path: ScopePath): void => {
    const { before, perIteration } = byPath.get(path) as ListedTask;
    const doubtful = before.filter((other) => !settled.has(other));
    if (doubtful.length > 0) return awaitTasks(path, doubtful);
    const decision = decide(pipeline, path, view, { layout: context.layout, cache: context.cache, taskId: taskIds.get(path) as string });
    if (decision.kind === 'need-cache') {
      if (perIteration) settle(path, { kind: 'wait', on: [] });
      else lookups.set(path, decision);
      return;
    }
    const open = decision.kind === 'wait' ? decision.on.filter((producer) => byPath.has(producer) && !settled.has(producer)) : [];
    if (open.length === 0) settle(path, decision);
    else awaitTasks(path, open);
  };

  while (ready.length > 0) {
    for (let next = 0; next < ready.length; next += 1) attempt(ready[next] as ScopePath);
    ready.length = 0;
    if (lookups.size === 0) break;
    const asked = [...lookups];
    lookups.clear();
    const hits = yield [...new Set(asked.map(([, { fingerprint }]) => fingerprint))];
    for (const [path, { fingerprint, next }] of asked) settle(path, next(hits.get(fingerprint)) as Decided);
  }
  const planned = (task: ListedTask): PlannedTask => {
    const taskId = taskIds.get(task.path) as string;
    const decision = settled.get(task.path) as Settled;
    const settings = decision.kind === 'wait' && task.located.executor?.container !== undefined ? resolveSettings(pipeline, task.path, task.located, view, { layout: context.layout, taskId }) : undefined;
    return { ...plannedTask(task, taskId, decision), ...(settings?.kind === 'known' && settings.value.size > 0 && { settings: settings.value }) };
  };
  return { tasks: new Map(listed.map((task) => [task.path, planned(task)])) };
}

interface ListedTask {
  readonly path: ScopePath;
  readonly parent: ScopePath;
  readonly located: LocatedTask;
  readonly perIteration: boolean;
  /** Whether it may turn out not to be triggered. */
  readonly conditional: boolean;
  /** The scope and the dependencies of which that is true: they are decided first. */
  readonly before: readonly ScopePath[];
}

/** Every task of the pipeline, each after what it depends on, a DAG before its members and these before the DAG's dependents. */
function listTasks(pipeline: Pipeline): ListedTask[] {
  const listed = new Map<ScopePath, ListedTask>();
  for (const { path, scope } of walkTasks(pipeline)) {
    if (listed.size === MAX_TASKS) throw new PipelineError('INVALID_ARGUMENT', `The pipeline has more than ${MAX_TASKS} tasks; split it into several pipelines.`);
    const located = locateTask(pipeline, path);
    const parent = listed.get(scope);
    const before = [scope, ...located.dependencies.map((key) => taskPath(scope, key))].filter((other) => listed.get(other)?.conditional === true);
    listed.set(path, {
      path,
      parent: scope,
      located,
      perIteration: parent !== undefined && (parent.perIteration || isLoop(parent.located.task)),
      conditional: before.length > 0 || (located.task.triggerPolicy?.condition ?? '') !== '',
      before,
    });
  }
  return [...listed.values()];
}

/**
 * A decision as it stands in the plan. What differs by iteration is decided in each; and a task that cannot run is no fault of the
 * pipeline while it is not known whether it is reached.
 */
function whereItStands({ located, perIteration, before }: ListedTask, decision: Decided, settled: ReadonlyMap<ScopePath, Settled>): Settled {
  const later: Settled = { kind: 'wait', on: [] };
  // What it does outside its own folder is done when it is its turn.
  if (decision.kind === 'effect' || decision.kind === 'copy') return later;
  if (decision.kind === 'fail') return perIteration || before.some((other) => isOpen(settled.get(other))) ? later : decision;
  if (!perIteration || decision.kind === 'skip') return decision;
  return located.component.dag === undefined ? later : decision;
}

function isOpen(decision: Settled | undefined): boolean {
  return decision?.kind === 'wait';
}

/** A loop that is not known for one would run its body once: nothing is planned that is not understood as a whole. */
function refuseUnsupported(pipeline: Pipeline, { layout, support = { substrate: layout.transport === 'in-place' ? 'embedded' : 'kubernetes' } }: PlanRunContext): void {
  const issues = unsupportedFeatures(pipeline, support);
  if (issues.length === 0) return;
  throw new PipelineError('UNIMPLEMENTED', issues.map(({ message }) => message).join('\n'), { details: { issues } });
}

function plannedTask({ path, parent, located, perIteration }: ListedTask, taskId: string, decision: Settled): PlannedTask {
  return {
    path,
    taskKey: located.taskKey,
    displayName: located.task.taskInfo?.name || located.taskKey,
    kind: located.component.dag === undefined ? 'container' : 'dag',
    parent,
    taskId,
    dependsOn: located.dependencies.map((key) => taskPath(parent, key)),
    perIteration,
    decision,
  };
}

/** The run as far as the plan has come. */
class PlanView implements RunView {
  readonly #facts = new Map<ScopePath, TaskFacts>();
  readonly #certain = new Set<ScopePath>();

  constructor(
    readonly run: RunFacts,
    private readonly listed: ReadonlyMap<ScopePath, ListedTask>,
    private readonly taskIds: ReadonlyMap<ScopePath, string>,
  ) {}

  task(path: ScopePath): TaskFacts | undefined {
    const taskId = this.taskIds.get(path);
    return this.#facts.get(path) ?? (taskId === undefined ? undefined : { state: 'PENDING', taskId, conditional: this.#isConditional(path) });
  }

  /** What is settled as certain is no longer conditional. */
  #isConditional(path: ScopePath): boolean {
    return this.listed.get(path)?.conditional === true && !this.#certain.has(path);
  }

  record({ path, parent, located, perIteration }: ListedTask, decision: Settled): void {
    const before = this.listed.get(path)?.before ?? [];
    if (decision.kind !== 'wait' && before.every((other) => this.#certain.has(other))) this.#certain.add(path);
    const conditional = this.#isConditional(path);
    const provisional = parent !== ROOT_PATH || located.dependencies.length > 0;
    const taskId = this.taskIds.get(path) as string;
    if (decision.kind === 'cached') this.#facts.set(path, { state: 'CACHED', taskId, inputs: decision.inputs, outputs: decision.hit.outputs, provisional, conditional });
    else if (decision.kind === 'import') this.#facts.set(path, { state: 'SUCCEEDED', taskId, inputs: decision.inputs, outputs: decision.outputs, provisional, conditional });
    // Where a DAG has inputs of its own in each iteration, its members look for theirs one at a time.
    else if ((decision.kind === 'enter' || decision.kind === 'fan-out') && !perIteration) this.#facts.set(path, { state: 'PENDING', taskId, inputs: decision.inputs, conditional });
    else if (decision.kind === 'skip') this.#facts.set(path, { state: 'SKIPPED', taskId });
    else if (decision.kind === 'fail') this.#facts.set(path, { state: 'FAILED', taskId, error: { message: decision.message } });
  }
}

import type { Arguments, NodeStatus, Outputs, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { fromTimestamp, toTimestamp, type Clock } from '../clock.js';
import type { AttemptExit, AttemptSpec } from '../executor.js';
import { buildAttempt, podFolder } from '../pod/build-attempt.js';
import { collectOutputs } from '../pod/collect-outputs.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { assessDag } from '../workflow/assess-dag.js';
import { planDag, type DagPlan } from '../workflow/dag-plan.js';
import { parseDuration } from '../workflow/duration.js';
import { expandItems, type ExpandedTask } from '../workflow/expand-items.js';
import { displayName, nodeId, podName } from '../workflow/node-id.js';
import { hasInputs, processTemplate, substituteTemplate, workflowTags } from '../workflow/process-template.js';
import { decideRetry } from '../workflow/retry-decision.js';
import type { TagLookup } from '../workflow/substitute.js';
import { evaluateWhen } from '../workflow/when-expression.js';
import type { EngineCounters } from './counters.js';
import { DagInstance, type GroupInstance, type StartRequest } from './dag-instance.js';
import { Fifo } from './fifo.js';
import { outboundNodes } from './outbound-nodes.js';
import { dagTags, resolveTask, type NodeReader, type ResolvedTask } from './task-scope.js';

/** What a run asks of the engine around it. Calls only note down; the engine acts after the run's changes are committed. */
export interface RunHost {
  readonly clock: Clock;
  readonly folder: string;
  readonly counters: EngineCounters;
  /** The Pod node wants to run; `buildAttempt` is called when there is room. */
  requestAttempt(run: WorkflowRun, nodeId: string): void;
  /** Ends the Pod node's attempt, begun or not. */
  cancelAttempt(run: WorkflowRun, nodeId: string): void;
  /** Calls `fire` inside a tick of the engine. A second call with the same key replaces the first. */
  wakeAt(run: WorkflowRun, key: string, atMs: number, fire: () => void): void;
  /** What lives only as long as the pod may go. */
  discardPod(run: WorkflowRun, nodeId: string): void;
}

/** Where a node that has not ended belongs: who wants to know when it does. */
type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'task'; readonly dag: DagInstance; readonly task: string }
  | { readonly kind: 'item'; readonly dag: DagInstance; readonly group: GroupInstance; readonly name: string }
  | { readonly kind: 'attempt'; readonly retryId: string; readonly of: Exclude<Place, { kind: 'attempt' }> };

interface TemplateUse {
  readonly template: string;
  readonly arguments?: Arguments;
}

/**
 * One Workflow on its way through Argo's rules. It is a worklist over nodes: each change visits what depends on it and nothing
 * else. All it knows can be rebuilt from the Workflow's own nodes (`resume`), so it may be dropped at any moment.
 */
export class WorkflowRun implements NodeReader {
  readonly workflowName: string;
  readonly globals: TagLookup;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #plans = new Map<string, DagPlan>();
  readonly #places = new Map<string, Place>();
  readonly #dags = new Map<string, DagInstance>();
  readonly #groups = new Map<string, GroupInstance>();
  readonly #processed = new Map<string, { readonly template: Template; readonly spec: AttemptSpec }>();
  readonly #ended = new Fifo<string>();
  readonly #pumping = new Set<DagInstance>();
  readonly #blocked = new Set<DagInstance>();
  readonly #assessing = new Set<DagInstance>();
  #activePods = 0;
  #pods = 0;
  #podsEnded = 0;
  #retired = false;

  constructor(
    readonly live: LiveWorkflow,
    private readonly host: RunHost,
  ) {
    const { object } = live;
    this.workflowName = object.metadata.name;
    const tags = workflowTags(object as Parameters<typeof workflowTags>[0]);
    this.globals = (tag) => tags.get(tag);
    this.#templates = new Map((object.spec.templates ?? []).map((template) => [template.name!, template]));
  }

  get uid(): string {
    return this.live.uid;
  }

  node(id: string): NodeStatus | undefined {
    return this.live.node(id);
  }

  template(name: string): Template | undefined {
    return this.#templates.get(name);
  }

  /** Begins a new Workflow, or goes on from the nodes that an earlier process left. */
  resume(): void {
    const { live, host } = this;
    if (live.status.phase === undefined) {
      live.setStatus({ phase: 'Running', startedAt: toTimestamp(host.clock.now()), progress: '0/0' });
      this.#label('Running', false);
    }
    for (const id of live.nodeIds()) {
      const node = live.node(id)!;
      if (node.type !== 'Pod') continue;
      this.#pods += 1;
      if (isNodeCompleted(node.phase)) this.#podsEnded += 1;
    }
    const deadline = this.#deadline();
    if (deadline !== undefined) host.wakeAt(this, 'deadline', deadline, () => this.#endAtDeadline());
    const root = live.node(this.workflowName);
    if (root === undefined) this.#execute({ kind: 'root' }, this.workflowName, { template: live.spec.entrypoint!, arguments: live.spec.arguments }, []);
    else if (isNodeCompleted(root.phase)) this.#ended.push(root.id);
    else this.#adopt({ kind: 'root' }, root);
    if (live.spec.shutdown !== undefined && live.spec.shutdown !== '') this.shutdown();
    else if (deadline !== undefined && host.clock.now() >= deadline) this.#endAtDeadline();
  }

  /** Works off what is to be done, at most `budget` visits. True when something is left. */
  step(budget: number): boolean {
    const { counters } = this.host;
    if (this.#retired) return false;
    const until = counters.visits + budget;
    while (counters.visits < until) {
      const ended = this.#ended.shift();
      const pumping = this.#pumping.values().next().value;
      const assessing = this.#assessing.values().next().value;
      if (ended !== undefined) this.#propagate(ended);
      else if (pumping !== undefined) this.#pump(pumping);
      else if (assessing !== undefined) this.#assess(assessing);
      else return false;
      counters.visits += 1;
    }
    return true;
  }

  attemptRunning(id: string): void {
    if (this.live.node(id)?.phase !== 'Pending' || !this.#places.has(id)) return;
    const node = this.live.editNode(id);
    node.phase = 'Running';
    delete node.message;
  }

  /** Why the pod is still pending; undefined: nothing to say. */
  attemptWaits(id: string, message: string | undefined): void {
    const node = this.live.node(id);
    if (node?.phase !== 'Pending' || node.message === message || !this.#places.has(id)) return;
    const draft = this.live.editNode(id);
    if (message === undefined) delete draft.message;
    else draft.message = message;
  }

  /** The attempt of this name was lost with an earlier process and will begin again. */
  attemptAnew(id: string): void {
    if (this.live.node(id)?.phase === 'Running') this.live.editNode(id).phase = 'Pending';
  }

  wantsAttempt(id: string): boolean {
    return !this.#retired && this.#places.has(id) && !isNodeCompleted(this.node(id)!.phase);
  }

  /** The run was taken from the engine; whatever still refers to it must not act. */
  retire(): void {
    this.#retired = true;
  }

  /** Ids of the Pod nodes whose attempts may still run. */
  openPods(): string[] {
    return [...this.#places.keys()].filter((id) => this.node(id)!.type === 'Pod');
  }

  /** Throws Error with a message for the user. */
  buildAttempt(id: string): AttemptSpec {
    const known = this.#processed.get(id);
    if (known !== undefined) return known.spec;
    const node = this.live.node(id)!;
    const template = this.#templateOf(node);
    const spec = buildAttempt({
      workflow: this.live.object,
      uid: this.uid,
      nodeId: id,
      template,
      globals: this.globals,
      podName: podName(this.workflowName, node.name, node.templateName ?? ''),
      podFolder: podFolder(this.host.folder, this.uid, id),
      deadlineMs: this.#retryDeadline(id),
    });
    this.#processed.set(id, { template, spec });
    return spec;
  }

  /** The pod could not be made. */
  attemptImpossible(id: string, message: string): void {
    if (this.#places.has(id)) this.#end(id, 'Error', { message });
  }

  attemptExit(id: string, exit: AttemptExit): void {
    if (!this.#places.has(id)) return;
    const finishedAt = exit.finishedAt;
    const because = exit.message === undefined || exit.message === '' ? '' : `: ${exit.message}`;
    switch (exit.reason) {
      case 'lost':
        return this.#end(id, 'Error', { message: `pod deleted${because}`, finishedAt });
      case 'refused':
        return this.#end(id, 'Error', { message: exit.message ?? 'the task could not be started', finishedAt });
      case 'deadline':
        return this.#end(id, 'Failed', { message: 'Pod was active on the node longer than the specified deadline', finishedAt, outputs: exitCodeOf(exit) });
      case 'exited':
      case 'killed': {
        let collected: ReturnType<typeof collectOutputs>;
        try {
          const { mounts } = this.buildAttempt(id);
          collected = collectOutputs(this.#processed.get(id)!.template, mounts, exit.exitCode);
        } catch (error) {
          collected = { outputs: exitCodeOf(exit) ?? {}, problem: (error as Error).message };
        }
        const { outputs, problem } = collected;
        if (exit.reason === 'killed' || exit.exitCode !== 0) {
          return this.#end(id, 'Failed', { message: `main: Error (exit code ${exit.exitCode ?? 137})${because}`, outputs, finishedAt });
        }
        if (problem !== undefined) return this.#end(id, 'Error', { message: `wait: Error (exit code 64): ${problem}`, outputs, finishedAt });
        return this.#end(id, 'Succeeded', { outputs, finishedAt });
      }
    }
  }

  /** A gate has been given a phase from outside. */
  suspendAnswered(id: string): void {
    const node = this.live.editNode(id);
    if (node.finishedAt === undefined || node.finishedAt === null) node.finishedAt = toTimestamp(this.host.clock.now());
    this.#ended.push(id);
  }

  /** `spec.shutdown` is set: what runs is ended, nothing new begins. */
  shutdown(): void {
    const strategy = this.live.spec.shutdown;
    for (const [id, place] of [...this.#places]) {
      const node = this.live.node(id)!;
      if (node.type === 'Pod' || node.type === 'Suspend') this.#stop(id, this.#stopMessage(node.type)!);
      else if (node.type === 'Retry' && this.#lastAttemptEnded(node)) this.#end(id, 'Failed', { message: `Stopped with strategy '${strategy}'`, outputs: this.#attempts(id).at(-1)?.outputs });
      else if (node.type === 'TaskGroup' && place.kind === 'task') this.#closeGroup(id, place.dag);
      else if (node.type === 'DAG') this.#closeDag(id);
    }
  }

  #endAtDeadline(): void {
    for (const id of [...this.#places.keys()]) {
      const { type } = this.live.node(id)!;
      if (type === 'Pod' || type === 'Suspend') this.#stop(id, 'Step exceeded its deadline');
    }
  }

  #stop(id: string, message: string): void {
    if (this.live.node(id)!.type === 'Pod') this.host.cancelAttempt(this, id);
    this.#end(id, 'Failed', { message });
  }

  /** Why a node of this type must not begin any more. */
  #stopMessage(type: string): string | undefined {
    const { shutdown } = this.live.spec;
    if (shutdown !== undefined && shutdown !== '') {
      // Argo itself writes two blanks into the first of these.
      return type === 'Pod' ? `workflow shutdown with strategy:  ${shutdown}` : `Stopped with strategy '${shutdown}'`;
    }
    const deadline = this.#deadline();
    return deadline !== undefined && this.host.clock.now() >= deadline ? 'Step exceeded its deadline' : undefined;
  }

  #deadline(): number | undefined {
    const { activeDeadlineSeconds } = this.live.spec;
    const startedAt = fromTimestamp(this.live.status.startedAt);
    if (activeDeadlineSeconds === undefined || activeDeadlineSeconds === null || startedAt === undefined) return undefined;
    return Math.floor(startedAt / 1000) * 1000 + activeDeadlineSeconds * 1000;
  }

  // Beginning

  #execute(place: Place, name: string, use: TemplateUse, parents: readonly string[]): void {
    const template = this.#templates.get(use.template)!;
    const retries = template.retryStrategy !== undefined;
    let processed: Template;
    try {
      if (this.#depth(place) > MAX_DEPTH) throw new Error('Maximum recursion depth exceeded. See https://argo-workflows.readthedocs.io/en/latest/scaling/');
      processed = processTemplate(template, use.arguments, this.globals, this.#locals(place, name, retries ? undefined : template));
    } catch (error) {
      const message = place.kind === 'root' ? (error as Error).message : `task '${name}' errored: ${(error as Error).message}`;
      return this.#addEnded(place, name, use.template, 'Error', message, parents);
    }
    if (!retries) return this.#begin(place, name, processed, parents);
    const id = this.#add(place, name, { type: 'Retry', phase: 'Running', ...inputsOf(processed) }, use.template, parents);
    this.#attempt(id);
  }

  /** Makes the node of a processed template. */
  #begin(place: Place, name: string, template: Template, parents: readonly string[]): void {
    const base = { ...inputsOf(template), ...(place.kind === 'attempt' ? { nodeFlag: { retried: true } } : {}) };
    if (template.dag !== undefined) {
      const id = this.#add(place, name, { ...base, type: 'DAG', phase: 'Running' }, template.name!, parents);
      this.#openDag(id, name, template);
      return;
    }
    const type = template.container !== undefined ? 'Pod' : 'Suspend';
    const stopped = this.#stopMessage(type);
    if (type === 'Pod') {
      this.#pods += 1;
      const id = this.#add(place, name, { ...base, type, phase: 'Pending', progress: '0/1' }, template.name!, parents);
      if (stopped !== undefined) this.#end(id, 'Failed', { message: stopped });
      else this.host.requestAttempt(this, id);
    } else {
      const id = this.#add(place, name, { ...base, type, phase: 'Running', ...suppliedOutputs(template) }, template.name!, parents);
      if (stopped !== undefined) this.#end(id, 'Failed', { message: stopped });
      else this.#watchSuspend(id, template);
    }
  }

  #add(place: Place, name: string, fields: Partial<NodeStatus> & { readonly type: string }, template: string, parents: readonly string[]): string {
    const id = nodeId(this.workflowName, name);
    const boundary = boundaryOf(place);
    this.live.addNode({
      id,
      name,
      displayName: displayName(name, boundary?.name),
      templateName: template,
      templateScope: `local/${this.workflowName}`,
      ...(boundary === undefined ? {} : { boundaryID: boundary.nodeId }),
      startedAt: toTimestamp(this.host.clock.now()),
      ...fields,
    });
    for (const parent of new Set(parents)) this.live.addChild(parent, id);
    if (place.kind === 'task') {
      place.dag.open += 1;
      place.dag.missing -= 1;
    }
    this.#track(place, id);
    return id;
  }

  #track(place: Place, id: string): void {
    this.#places.set(id, place);
    this.#count(this.live.node(id)!.type, boundaryOf(place), 1);
  }

  #count(type: string, boundary: DagInstance | undefined, by: 1 | -1): void {
    if (type === 'Pod') this.#activePods += by;
    if (boundary === undefined) return;
    if (type === 'Pod') boundary.activePods += by;
    if (type === 'Pod' || type === 'DAG') boundary.activeChildren += by;
  }

  #addEnded(place: Place, name: string, template: string, phase: 'Error' | 'Skipped' | 'Omitted', message: string, parents: readonly string[]): void {
    const id = this.#add(place, name, { type: 'Skipped', phase: 'Running' }, template, parents);
    this.#end(id, phase, { message });
  }

  #openDag(id: string, name: string, template: Template): void {
    const plan = this.#plan(template.name!);
    const dag = new DagInstance(id, name, template, plan);
    for (const task of plan.needed) {
      const { dependencies } = plan.tasks.get(task)!;
      dag.waiting.set(task, dependencies.length);
      if (dependencies.length === 0) dag.ready.push(task);
    }
    this.#pumping.add(dag);
    this.#dags.set(id, dag);
  }

  #plan(templateName: string): DagPlan {
    let plan = this.#plans.get(templateName);
    if (plan === undefined) this.#plans.set(templateName, (plan = planDag(this.#templates.get(templateName)!)));
    return plan;
  }

  /** One step of a DAG: looks at a task that may begin, or begins one that the limits admit. */
  #pump(dag: DagInstance): void {
    const ready = dag.ready.shift();
    if (ready !== undefined) return this.#consider(dag, ready);
    const request = dag.requests.peek();
    if (request !== undefined && dag.admits(request)) {
      if (this.#full()) {
        this.#blocked.add(dag);
      } else {
        dag.requests.shift();
        return this.#startRequest(dag, request);
      }
    }
    this.#pumping.delete(dag);
    if (dag.open === 0) this.#assessing.add(dag);
  }

  /** The workflow's own limit; as in Argo it holds back everything new, not only pods. */
  #full(): boolean {
    const limit = this.live.spec.parallelism ?? 0;
    return limit > 0 && this.#activePods >= limit;
  }

  #startRequest(dag: DagInstance, request: StartRequest): void {
    switch (request.kind) {
      case 'attempt':
        if (!isNodeCompleted(this.node(request.retryId)!.phase)) this.#attempt(request.retryId);
        return;
      case 'task': {
        const { task } = request;
        return this.#execute({ kind: 'task', dag, task: task.name }, dag.taskNodeName(task.name), { template: task.template!, arguments: task.arguments }, this.#parents(dag, task.name));
      }
      case 'item': {
        const { group, item } = request;
        return this.#execute({ kind: 'item', dag, group, name: item.name }, dag.taskNodeName(item.name), { template: item.task.template!, arguments: item.task.arguments }, [group.nodeId]);
      }
    }
  }

  /** A task whose dependencies have all ended: omitted, skipped, in error, or asked to begin. */
  #consider(dag: DagInstance, name: string): void {
    const planned = dag.plan.tasks.get(name)!;
    const task = dag.task(name);
    const place: Place = { kind: 'task', dag, task: name };
    const nodeName = dag.taskNodeName(name);
    const parents = this.#parents(dag, name);
    const facts = (dependency: string) => {
      const node = this.#taskNode(dag, dependency)!;
      return { phase: node.phase!, itemPhases: node.type === 'TaskGroup' ? (node.children ?? []).map((id) => this.node(id)!.phase!) : [] };
    };
    if (planned.depends !== undefined && !planned.depends.evaluate(facts)) {
      return this.#addEnded(place, nodeName, task.template!, 'Omitted', 'omitted: depends condition not met', parents);
    }
    try {
      const resolved = resolveTask(task, dagTags(dag, this), planned.fansOut);
      if (planned.fansOut) return this.#fanOut(dag, name, this.#expand(resolved), parents);
      if (resolved.kind === 'skip') return this.#addEnded(place, nodeName, task.template!, 'Skipped', resolved.message, parents);
      dag.requests.push({ kind: 'task', task: resolved.task });
    } catch (error) {
      this.#addEnded(place, nodeName, task.template!, 'Error', (error as Error).message, parents);
    }
  }

  #expand(resolved: ResolvedTask): ExpandedTask[] {
    try {
      return expandItems(resolved.task, this.globals);
    } catch (error) {
      if (resolved.kind === 'skip') return [];
      throw error;
    }
  }

  #fanOut(dag: DagInstance, name: string, items: readonly ExpandedTask[], parents: readonly string[]): void {
    const place: Place = { kind: 'task', dag, task: name };
    const nodeName = dag.taskNodeName(name);
    const template = dag.task(name).template!;
    if (items.length === 0) return this.#addEnded(place, nodeName, template, 'Skipped', 'Skipped, empty params', parents);
    const nodeId = this.#add(place, nodeName, { type: 'TaskGroup', phase: 'Running' }, template, parents);
    const group: GroupInstance = { nodeId, name: nodeName, dag, task: name, open: items.length };
    this.#groups.set(nodeId, group);
    for (const item of items) this.#considerItem(group, item);
  }

  #considerItem(group: GroupInstance, item: ExpandedTask): void {
    const { dag } = group;
    const place: Place = { kind: 'item', dag, group, name: item.name };
    const nodeName = dag.taskNodeName(item.name);
    const template = item.task.template!;
    try {
      if (evaluateWhen(item.task.when ?? '')) return dag.requests.push({ kind: 'item', group, item });
      this.#addEnded(place, nodeName, template, 'Skipped', `when '${item.task.when}' evaluated false`, [group.nodeId]);
    } catch (error) {
      this.#addEnded(place, nodeName, template, 'Error', (error as Error).message, [group.nodeId]);
    }
  }

  #taskNode(dag: DagInstance, task: string): NodeStatus | undefined {
    return this.node(nodeId(this.workflowName, dag.taskNodeName(task)));
  }

  #parents(dag: DagInstance, task: string): string[] {
    const { dependencies } = dag.plan.tasks.get(task)!;
    if (dependencies.length === 0) return [dag.nodeId];
    return dependencies.flatMap((dependency) => outboundNodes(this.#taskNode(dag, dependency)!, (id) => this.node(id)));
  }

  #watchSuspend(id: string, template: Template): void {
    const duration = template.suspend?.duration;
    if (duration === undefined || duration === '') return;
    const ms = parseDuration(duration);
    if (ms === undefined) return this.#end(id, 'Error', { message: `unable to parse ${duration} as a duration` });
    const at = (fromTimestamp(this.node(id)!.startedAt) ?? this.host.clock.now()) + ms;
    this.host.wakeAt(this, `suspend ${id}`, at, () => {
      if (!this.#places.has(id) || isNodeCompleted(this.node(id)!.phase)) return;
      const parameters = this.node(id)!.outputs?.parameters ?? [];
      const unset = parameters.find(({ valueFrom }) => valueFrom?.supplied !== undefined && valueFrom.default === undefined);
      if (unset !== undefined) {
        return this.#end(id, 'Error', { message: `raw output parameter '${unset.name}' has not been set and does not have a default value` });
      }
      const filled = parameters.map(({ valueFrom, ...parameter }) => ({ ...parameter, value: parameter.value ?? valueFrom?.default }));
      this.#end(id, 'Succeeded', parameters.length === 0 ? {} : { outputs: { parameters: filled } });
    });
  }

  // Attempts of a Retry node

  #attempts(retryId: string): NodeStatus[] {
    return (this.node(retryId)!.children ?? []).map((id) => this.node(id)!).filter(({ nodeFlag }) => nodeFlag?.retried === true);
  }

  #lastAttemptEnded(retry: NodeStatus): boolean {
    const last = retry.children?.at(-1);
    return last === undefined || isNodeCompleted(this.node(last)?.phase);
  }

  #attempt(retryId: string): void {
    const retry = this.node(retryId)!;
    const of = this.#places.get(retryId) as Exclude<Place, { kind: 'attempt' }>;
    const place: Place = { kind: 'attempt', retryId, of };
    const number = this.#attempts(retryId).length;
    const name = `${retry.name}(${number})`;
    try {
      this.#begin(place, name, this.#attemptTemplate(retry, place, name, number), [retryId]);
    } catch (error) {
      const id = this.#add(place, name, { type: 'Skipped', phase: 'Running', nodeFlag: { retried: true } }, retry.templateName!, [retryId]);
      this.#end(id, 'Error', { message: (error as Error).message });
    }
  }

  #advanceRetry(retryId: string): void {
    const attempts = this.#attempts(retryId);
    const template = this.#templates.get(this.node(retryId)!.templateName!)!;
    const place = this.#places.get(retryId)!;
    const { retryStrategy } = processTemplate(template, this.node(retryId)!.inputs, this.globals, this.#locals(place, this.node(retryId)!.name, undefined));
    const { shutdown } = this.live.spec;
    const decision = decideRetry({
      strategy: retryStrategy!,
      attempts,
      now: this.host.clock.now(),
      shutdown: shutdown === '' ? undefined : shutdown,
      workflowDeadline: this.#deadline(),
    });
    const message = this.node(retryId)!.message;
    switch (decision.kind) {
      case 'end':
        return this.#end(retryId, decision.phase, { message: decision.message ?? '', outputs: attempts.at(-1)!.outputs });
      case 'wait':
        if (message !== decision.message) this.live.editNode(retryId).message = decision.message;
        return this.host.wakeAt(this, `retry ${retryId}`, decision.until, () => {
          if (this.#places.has(retryId) && !isNodeCompleted(this.node(retryId)!.phase)) this.#advanceRetry(retryId);
        });
      case 'again': {
        if (message !== undefined) delete this.live.editNode(retryId).message;
        const boundary = boundaryOf(place);
        if (boundary === undefined) {
          this.#attempt(retryId);
        } else {
          boundary.requests.push({ kind: 'attempt', retryId });
          this.#pumping.add(boundary);
        }
      }
    }
  }

  /** `backoff.maxDuration` also bounds each further attempt. */
  #retryDeadline(id: string): number | undefined {
    const place = this.#places.get(id);
    if (place?.kind !== 'attempt') return undefined;
    const attempts = this.#attempts(place.retryId);
    const { retryStrategy } = this.#templates.get(this.node(place.retryId)!.templateName!)!;
    const limit = retryStrategy?.backoff?.maxDuration;
    const ms = limit === undefined || limit === '' ? undefined : parseDuration(limit);
    if (ms === undefined || attempts.length < 2) return undefined;
    return Math.max(1000, (fromTimestamp(attempts[0]!.startedAt) ?? 0) + ms - this.host.clock.now());
  }

  // Ending

  #end(id: string, phase: string, how: { readonly message?: string; readonly outputs?: Outputs; readonly finishedAt?: number } = {}): void {
    if (isNodeCompleted(this.node(id)!.phase)) return;
    const node = this.live.editNode(id);
    node.phase = phase;
    // Never before the start, however the clocks of engine and task differ.
    node.finishedAt = toTimestamp(Math.max(how.finishedAt ?? this.host.clock.now(), fromTimestamp(node.startedAt) ?? 0));
    if (how.message === undefined || how.message === '') delete node.message;
    else node.message = how.message;
    if (how.outputs !== undefined && Object.keys(how.outputs).length > 0) node.outputs = how.outputs;
    if (node.type === 'Pod') node.progress = phase === 'Succeeded' ? '1/1' : '0/1';
    this.#ended.push(id);
  }

  /** Tells whoever waits for the node that it ended. */
  #propagate(id: string): void {
    const place = this.#places.get(id);
    const node = this.node(id)!;
    if (place === undefined) {
      if (id === this.workflowName) this.#finish(node);
      return;
    }
    this.#places.delete(id);
    this.#dags.delete(id);
    const boundary = boundaryOf(place);
    this.#count(node.type, boundary, -1);
    if (node.type === 'Pod') {
      this.#podsEnded += 1;
      this.#processed.delete(id);
      this.host.discardPod(this, id);
      for (const dag of this.#blocked) this.#pumping.add(dag);
      this.#blocked.clear();
    }
    if (boundary !== undefined && boundary.requests.size > 0) this.#pumping.add(boundary);
    switch (place.kind) {
      case 'root':
        return this.#finish(node);
      case 'attempt':
        if (this.#places.has(place.retryId)) this.#advanceRetry(place.retryId);
        return;
      case 'item':
        place.group.open -= 1;
        if (place.group.open === 0) this.#endGroup(place.group);
        return;
      case 'task':
        return this.#taskEnded(place.dag, place.task);
    }
  }

  #taskEnded(dag: DagInstance, task: string): void {
    dag.open -= 1;
    for (const dependent of dag.plan.tasks.get(task)!.dependents) {
      this.host.counters.visits += 1;
      const left = dag.waiting.get(dependent)! - 1;
      dag.waiting.set(dependent, left);
      if (left === 0) dag.ready.push(dependent);
    }
    if (dag.ready.size > 0) this.#pumping.add(dag);
    else if (dag.open === 0) this.#assessing.add(dag);
  }

  #endGroup(group: GroupInstance): void {
    this.#groups.delete(group.nodeId);
    const phases = (this.node(group.nodeId)!.children ?? []).map((id) => this.node(id)!.phase!);
    const failure = phases.filter((phase) => phase === 'Failed' || phase === 'Error').at(-1);
    this.#end(group.nodeId, failure ?? 'Succeeded');
  }

  /** After a shutdown the items that have not begun never will. */
  #closeGroup(id: string, dag: DagInstance): void {
    const group = this.#groups.get(id);
    if (group === undefined) return;
    const created = (this.node(id)!.children ?? []).filter((child) => this.#places.has(child)).length;
    group.open = created;
    if (created === 0) this.#endGroup(group);
    this.#assessing.add(dag);
  }

  #closeDag(id: string): void {
    const dag = this.#dags.get(id);
    if (dag === undefined) return;
    dag.requests.clear();
    this.#assessing.add(dag);
  }

  #assess(dag: DagInstance): void {
    this.#assessing.delete(dag);
    if (dag.open > 0 || dag.ready.size > 0 || !this.#places.has(dag.nodeId)) return;
    const { shutdown } = this.live.spec;
    if (shutdown !== undefined && shutdown !== '') return this.#endDag(dag, 'Failed');
    const failFast = dag.template.dag!.failFast ?? true;
    if (dag.missing > 0 && !failFast) return;
    const continueOn = new Map(dag.plan.targets.map((name) => [nodeId(this.workflowName, dag.taskNodeName(name)), dag.task(name).continueOn]));
    const phase = assessDag({
      boundary: this.node(dag.nodeId)!,
      node: (id) => this.node(id),
      targets: [...continueOn.keys()],
      forgives: (id, failure) => (failure === 'Error' ? continueOn.get(id)?.error : continueOn.get(id)?.failed) === true,
      failFast,
    });
    if (phase !== 'Running') this.#endDag(dag, phase);
  }

  #endDag(dag: DagInstance, phase: 'Succeeded' | 'Failed' | 'Error'): void {
    const targets = dag.plan.targets.map((name) => this.#taskNode(dag, name)).filter((node) => node !== undefined);
    const outbound = targets.flatMap((node) => outboundNodes(node, (id) => this.node(id)));
    if (phase !== 'Succeeded') {
      if (outbound.length > 0) this.live.editNode(dag.nodeId).outboundNodes = outbound;
      return this.#end(dag.nodeId, phase);
    }
    try {
      const outputs = this.#dagOutputs(dag);
      this.live.editNode(dag.nodeId).outboundNodes = outbound;
      this.#end(dag.nodeId, phase, outputs === undefined ? {} : { outputs });
    } catch (error) {
      const message = dag.nodeId === this.workflowName ? (error as Error).message : `task '${dag.name}' errored: ${(error as Error).message}`;
      this.#end(dag.nodeId, 'Error', { message });
    }
  }

  #dagOutputs(dag: DagInstance): Outputs | undefined {
    const declared = dag.template.outputs?.parameters ?? [];
    if (declared.length === 0) return undefined;
    const lookup = dagTags(dag, this);
    const parameters = declared.map(({ valueFrom, ...parameter }) => {
      const reference = valueFrom?.parameter ?? '';
      // Inputs were put in when the DAG began; a reference to one is by now its value.
      const tag = /^\{\{(.+)\}\}$/.exec(reference)?.[1]?.trim();
      const value = tag === undefined ? reference : lookup(tag);
      if (typeof value === 'string') return { ...parameter, value };
      if (valueFrom?.default !== undefined) return { ...parameter, value: valueFrom.default };
      if (value === null) {
        throw new Error(`output parameter "${parameter.name}": "${reference}" is an absent optional (skipped/omitted node output with no default)`);
      }
      throw new Error(`Unable to resolve: ${reference}`);
    });
    return { parameters };
  }

  #finish(root: NodeStatus): void {
    const phase = root.phase === 'Failed' || root.phase === 'Error' ? root.phase : 'Succeeded';
    const { shutdown } = this.live.spec;
    const stopped = phase !== 'Succeeded' && shutdown !== undefined && shutdown !== '';
    const message = stopped ? `Stopped with strategy '${shutdown}'` : root.message;
    this.live.setStatus({
      phase,
      finishedAt: toTimestamp(this.host.clock.now()),
      progress: `${this.#podsEnded}/${this.#pods}`,
      conditions: [{ type: 'Completed', status: 'True' }],
      ...(message === undefined || message === '' ? {} : { message: root.type === 'Skipped' && phase === 'Error' ? `error in entry template execution: ${message}` : message }),
    });
    this.#label(phase, true);
  }

  /** `status.progress`, written with whatever else a tick writes. */
  updateProgress(): void {
    const progress = `${this.#podsEnded}/${this.#pods}`;
    if (this.live.status.progress !== progress) this.live.setStatus({ progress });
  }

  #label(phase: string, completed: boolean): void {
    const labels = { ...this.live.metadata.labels, [LABEL_PHASE]: phase, [LABEL_COMPLETED]: String(completed) };
    this.live.setMetadata({ labels });
  }

  // Rebuilding from nodes

  #adopt(place: Place, node: NodeStatus): void {
    this.host.counters.visits += 1;
    this.#track(place, node.id);
    switch (node.type) {
      case 'Pod':
        return this.host.requestAttempt(this, node.id);
      case 'Suspend':
        return this.#watchSuspend(node.id, this.#templateOf(node));
      case 'Retry': {
        const last = this.#attempts(node.id).at(-1);
        const of = place as Exclude<Place, { kind: 'attempt' }>;
        if (last === undefined) this.#attempt(node.id);
        else if (isNodeCompleted(last.phase)) this.#advanceRetry(node.id);
        else this.#adopt({ kind: 'attempt', retryId: node.id, of }, last);
        return;
      }
      case 'TaskGroup':
        return this.#adoptGroup(place as Extract<Place, { kind: 'task' }>, node);
      case 'DAG':
        return this.#adoptDag(node);
    }
  }

  #adoptDag(node: NodeStatus): void {
    const template = this.#templateOf(node);
    const dag = new DagInstance(node.id, node.name, template, this.#plan(template.name!));
    this.#dags.set(node.id, dag);
    const nodes = new Map(dag.plan.needed.map((name) => [name, this.#taskNode(dag, name)]));
    for (const [name, task] of nodes) {
      const ended = (dependency: string): boolean => isNodeCompleted(nodes.get(dependency)?.phase);
      const waiting = dag.plan.tasks.get(name)!.dependencies.filter((dependency) => !ended(dependency)).length;
      dag.waiting.set(name, waiting);
      if (task === undefined) {
        if (waiting === 0) dag.ready.push(name);
        continue;
      }
      dag.missing -= 1;
      if (isNodeCompleted(task.phase)) continue;
      dag.open += 1;
      this.#adopt({ kind: 'task', dag, task: name }, task);
    }
    this.#pumping.add(dag);
  }

  #adoptGroup(place: Extract<Place, { kind: 'task' }>, node: NodeStatus): void {
    const { dag, task } = place;
    const items = this.#expand(resolveTask(dag.task(task), dagTags(dag, this), true));
    const group: GroupInstance = { nodeId: node.id, name: node.name, dag, task, open: 0 };
    this.#groups.set(node.id, group);
    const known = items.map((item) => ({ item, node: this.#taskNode(dag, item.name) }));
    group.open = known.filter((entry) => !isNodeCompleted(entry.node?.phase)).length;
    for (const { item, node: itemNode } of known) {
      if (itemNode === undefined) this.#considerItem(group, item);
      else if (!isNodeCompleted(itemNode.phase)) this.#adopt({ kind: 'item', dag, group, name: item.name }, itemNode);
    }
    if (group.open === 0) this.#endGroup(group);
  }

  // Templates of nodes

  /** The processed template of a node, from its recorded inputs. Throws Error with a message for the user. */
  #templateOf(node: NodeStatus): Template {
    const place = this.#places.get(node.id)!;
    if (place.kind === 'attempt') {
      const retry = this.node(place.retryId)!;
      const number = this.#attempts(place.retryId).findIndex(({ id }) => id === node.id);
      return this.#attemptTemplate(retry, place, node.name, number);
    }
    const template = this.#templates.get(node.templateName!)!;
    return processTemplate(template, node.inputs, this.globals, this.#locals(place, node.name, template));
  }

  #attemptTemplate(retry: NodeStatus, place: Extract<Place, { kind: 'attempt' }>, name: string, number: number): Template {
    const template = this.#templates.get(retry.templateName!)!;
    const processed = processTemplate(template, retry.inputs, this.globals, this.#locals(place.of, retry.name, undefined));
    const last = number === 0 ? undefined : this.#attempts(retry.id)[number - 1];
    const seconds = last === undefined ? 0 : ((fromTimestamp(last.finishedAt) ?? 0) - (fromTimestamp(last.startedAt) ?? 0)) / 1000;
    const locals = new Map([
      ['pod.name', podName(this.workflowName, name, template.name!)],
      ['retries', String(number)],
      ['lastRetry.exitCode', last?.outputs?.exitCode ?? '0'],
      ['lastRetry.duration', String(seconds)],
      ['lastRetry.status', last?.phase ?? ''],
      ['lastRetry.message', last?.message ?? ''],
    ]);
    return substituteTemplate(processed, this.globals, (tag) => locals.get(tag));
  }

  #locals(place: Place, name: string, podTemplate: Template | undefined): TagLookup {
    const owner = place.kind === 'attempt' ? place.of : place;
    const task = owner.kind === 'task' ? owner.task : owner.kind === 'item' ? owner.name : undefined;
    const pod = podTemplate?.container === undefined ? undefined : podName(this.workflowName, name, podTemplate.name!);
    return (tag) => (tag === 'pod.name' ? pod : tag === 'tasks.name' ? task : tag === 'node.name' ? name : undefined);
  }

  #depth(place: Place): number {
    const name = boundaryOf(place)?.name ?? '';
    return name === '' ? 0 : name.slice(this.workflowName.length).split('.').length;
  }
}

const LABEL_PHASE = 'workflows.argoproj.io/phase';
const LABEL_COMPLETED = 'workflows.argoproj.io/completed';
/** Argo's own limit for templates that call themselves. */
const MAX_DEPTH = 100;

function boundaryOf(place: Place): DagInstance | undefined {
  const owner = place.kind === 'attempt' ? place.of : place;
  return owner.kind === 'root' ? undefined : owner.dag;
}

function inputsOf(template: Template): Pick<NodeStatus, 'inputs'> {
  return hasInputs(template.inputs) ? { inputs: template.inputs } : {};
}

function suppliedOutputs(template: Template): Pick<NodeStatus, 'outputs'> {
  const parameters = (template.outputs?.parameters ?? []).filter(({ valueFrom }) => valueFrom?.supplied !== undefined);
  if (parameters.length === 0) return {};
  const inputs = new Map((template.inputs?.parameters ?? []).map((input) => [input.name, input.default]));
  const withDefaults = parameters.map((parameter) => {
    const fallback = parameter.valueFrom!.default ?? inputs.get(parameter.name);
    return fallback === undefined ? parameter : { ...parameter, valueFrom: { ...parameter.valueFrom, default: fallback } };
  });
  return { outputs: { parameters: withDefaults } };
}

function exitCodeOf(exit: AttemptExit): Outputs | undefined {
  return exit.exitCode === undefined ? undefined : { exitCode: String(exit.exitCode) };
}

import type { Arguments, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { toTimestamp } from '../clock.js';
import type { AttemptExit } from '../executor.js';
import type { BuiltAttempt } from '../pod/build-attempt.js';
import type { CollectedOutputs } from '../pod/collect-outputs.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { hasInputs, processTemplate } from '../workflow/process-template.js';
import { decideRetry } from '../workflow/retry-decision.js';
import { nodeId } from '../workflow/node-id.js';
import { hasNoOutputs } from './boundary-outputs.js';
import { DagNodes } from './dag-nodes.js';
import { exitHookOf } from './exit-hooks.js';
import { attemptTemplate, attemptsOf, isPod, localTags, templateOf } from './node-templates.js';
import { boundaryOf, isPartOfExit, type AttemptPlace, type HookPlace, type OwnerPlace, type Place, type TaskPlace } from './place.js';
import { PodNodes } from './pod-nodes.js';
import type { RunHost } from './run-host.js';
import { hasProgress, RunState, workflowPhaseOf } from './run-state.js';
import type { Starter } from './starter.js';
import { StartQueue } from './start-queue.js';
import { StepsNodes } from './steps-nodes.js';
import { resumeByItself, suppliedOutputs } from './suspend-nodes.js';

const LABEL_PHASE = 'workflows.argoproj.io/phase';
const LABEL_COMPLETED = 'workflows.argoproj.io/completed';
/** Argo's own limit for templates that call themselves. */
const MAX_DEPTH = 100;

/**
 * One Workflow on its way through Argo's rules. It is a worklist over nodes: each change visits what depends on it and nothing
 * else. All it knows can be rebuilt from the Workflow's own nodes (`resume`), so it may be dropped at any moment.
 */
export class WorkflowRun implements Starter {
  readonly #state: RunState;
  readonly #queue: StartQueue;
  readonly #dags: DagNodes;
  readonly #steps: StepsNodes;
  readonly #pods: PodNodes;
  #retired = false;

  constructor(
    readonly live: LiveWorkflow,
    private readonly host: RunHost,
  ) {
    this.#state = new RunState(live, () => host.clock.now());
    this.#queue = new StartQueue(this.#state);
    this.#dags = new DagNodes(this.#state, this, this.#queue, host.counters);
    this.#steps = new StepsNodes(this.#state, this, this.#queue);
    this.#pods = new PodNodes(this.#state, this, host);
  }

  get uid(): string {
    return this.live.uid;
  }

  /** Begins a new Workflow, or goes on from the nodes that an earlier process left. */
  resume(): void {
    const { live, host } = this;
    const state = this.#state;
    if (live.status.phase === undefined) {
      live.setStatus({ phase: 'Running', startedAt: toTimestamp(state.now()), progress: '0/0' });
      this.#label('Running', false);
      this.#makeClaims();
    }
    const counted = live.nodeIds().map((id) => live.node(id)!).filter(({ type }) => hasProgress(type));
    state.begun = counted.length;
    state.succeeded = counted.filter(({ phase }) => phase === 'Succeeded').length;
    const { deadline } = state;
    if (deadline !== undefined) host.wakeAt(this, 'deadline', deadline, () => this.#endAtDeadline());
    const root = live.node(state.workflowName);
    if (root === undefined) this.execute({ kind: 'root' }, state.workflowName, { template: live.spec.entrypoint!, arguments: live.spec.arguments }, []);
    else if (isNodeCompleted(root.phase)) state.ended.push(root.id);
    else this.adopt({ kind: 'root' }, root);
    if (state.shutdown !== undefined) this.shutdown();
    else if (state.stopMessage('Pod', { kind: 'root' }) !== undefined) this.#endAtDeadline();
  }

  /** Works off what is to be done, at most `budget` visits. True when something is left. */
  step(budget: number): boolean {
    if (this.#retired) return false;
    const { counters } = this.host;
    const until = counters.visits + budget;
    while (counters.visits < until) {
      const ended = this.#state.ended.shift();
      if (ended !== undefined) this.#propagate(ended);
      else if (!this.#queue.step() && !this.#dags.step()) return false;
      counters.visits += 1;
    }
    return true;
  }

  /** The run was taken from the engine; whatever still refers to it must not act. */
  retire(): void {
    this.#retired = true;
  }

  // What happens to attempts

  wantsAttempt(id: string): boolean {
    return !this.#retired && this.#state.isOpen(id);
  }

  /** Ids of the Pod nodes whose attempts may still run. */
  openPods(): string[] {
    return [...this.#state.places.keys()].filter((id) => this.#state.node(id)!.type === 'Pod');
  }

  /** Throws Error with a message for the user. */
  buildAttempt(id: string): BuiltAttempt {
    return this.#pods.build(id);
  }

  attemptRunning(id: string): void {
    this.#pods.running(id);
  }

  /** Why the pod is still pending; undefined: nothing to say. */
  attemptWaits(id: string, message: string | undefined): void {
    this.#pods.waits(id, message);
  }

  /** The node's attempt was lost with an earlier process and will begin again. */
  attemptAnew(id: string): void {
    this.#pods.anew(id);
  }

  /** The pod could not be made. */
  attemptImpossible(id: string, message: string): void {
    if (this.#state.isOpen(id)) this.#state.end(id, 'Error', { message });
  }

  attemptExit(id: string, exit: AttemptExit): void {
    this.#pods.exited(id, exit);
  }

  /** What an attempt left has been taken over. */
  attemptCollected(id: string, exit: AttemptExit, collected: CollectedOutputs): void {
    this.#pods.collected(id, exit, collected);
  }

  // What is asked from outside

  /** A gate has been given a phase. */
  suspendAnswered(id: string): void {
    const node = this.live.editNode(id);
    node.finishedAt ??= toTimestamp(this.#state.now());
    this.#state.ended.push(id);
  }

  /** `spec.shutdown` is set: what runs is ended, nothing new begins. */
  shutdown(): void {
    const state = this.#state;
    for (const [id, place] of state.places) {
      if (!state.isStopped(isPartOfExit(place))) continue;
      const { type } = state.node(id)!;
      if (type === 'Pod' || type === 'Suspend') {
        this.#stop(id);
      } else if (type === 'Retry') {
        const last = attemptsOf(state, id).at(-1);
        // One that waits to try again has nothing that could end by itself.
        if (last === undefined || isNodeCompleted(last.phase)) state.end(id, 'Failed', { message: state.stopMessage('Retry', place), outputs: last?.outputs });
      } else if (type === 'Steps') {
        this.#steps.close(id);
      } else {
        this.#dags.close(id);
      }
    }
  }

  #endAtDeadline(): void {
    for (const [id, place] of this.#state.places) {
      const { type } = this.#state.node(id)!;
      if (!isPartOfExit(place) && (type === 'Pod' || type === 'Suspend')) this.#stop(id);
    }
  }

  #stop(id: string): void {
    const { type } = this.#state.node(id)!;
    if (type === 'Pod') this.host.cancelAttempt(this, id);
    this.#state.end(id, 'Failed', { message: this.#state.stopMessage(type, this.#state.places.get(id)!) });
  }

  // Beginning

  execute(place: OwnerPlace, name: string, use: { readonly template: string; readonly arguments?: Arguments }, parents: readonly string[]): void {
    const state = this.#state;
    const template = state.template(use.template)!;
    let processed: Template;
    try {
      if ((boundaryOf(place)?.depth ?? 0) > MAX_DEPTH) throw new Error(`Maximum recursion depth exceeded: template "${use.template}" is nested more than ${MAX_DEPTH} deep`);
      processed = processTemplate(template, use.arguments, state.globals, localTags(state.workflowName, place, name, template));
    } catch (error) {
      const { message } = error as Error;
      return state.addEnded(place, name, use.template, 'Error', place.kind === 'task' || place.kind === 'item' ? `task '${name}' errored: ${message}` : message, parents, nodeFlagOf(place));
    }
    if (template.retryStrategy === undefined) return this.#begin(place, name, processed, parents);
    this.attempt(state.add(place, name, { type: 'Retry', phase: 'Running', ...inputsOf(processed), ...nodeFlagOf(place) }, use.template, parents));
  }

  /** The next attempt of a Retry node. */
  attempt(retryId: string): void {
    const state = this.#state;
    const retry = state.node(retryId)!;
    const place: AttemptPlace = { kind: 'attempt', retryId, of: state.places.get(retryId) as OwnerPlace };
    const number = attemptsOf(state, retryId).length;
    const name = `${retry.name}(${number})`;
    try {
      this.#begin(place, name, attemptTemplate(state, retry, place, name, number), [retryId]);
    } catch (error) {
      const id = state.add(place, name, { type: 'Skipped', phase: 'Running', nodeFlag: { retried: true } }, retry.templateName!, [retryId]);
      state.end(id, 'Error', { message: (error as Error).message });
    }
  }

  /** Makes the node of a processed template. */
  #begin(place: Place, name: string, template: Template, parents: readonly string[]): void {
    const state = this.#state;
    const type = template.dag !== undefined ? 'DAG' : template.steps !== undefined ? 'Steps' : isPod(template) ? 'Pod' : 'Suspend';
    const fields = { ...inputsOf(template), ...nodeFlagOf(place), type, phase: type === 'Pod' ? 'Pending' : 'Running' };
    const own = { ...(hasProgress(type) && { progress: '0/1' }), ...(type === 'Suspend' && suppliedOutputs(template)) };
    const id = state.add(place, name, { ...fields, ...own }, template.name!, parents);
    if (type === 'DAG') return this.#dags.open(id, name, template);
    if (type === 'Steps') return this.#steps.open(id, name, template);
    const stopped = state.stopMessage(type, place, false);
    if (stopped !== undefined) state.end(id, 'Failed', { message: stopped });
    else if (type === 'Pod') this.#pods.request(id, template);
    else this.#watchSuspend(id, template);
  }

  #watchSuspend(id: string, template: Template): void {
    resumeByItself(this.#state, id, template, (atMs, fire) => this.host.wakeAt(this, `suspend ${id}`, atMs, fire));
  }

  adopt(place: Place, node: NodeStatus): void {
    const state = this.#state;
    this.host.counters.visits += 1;
    state.track(place, node.id);
    switch (node.type) {
      case 'Pod':
        return this.#pods.request(node.id, templateOf(state, node));
      case 'Suspend':
        return this.#watchSuspend(node.id, templateOf(state, node));
      case 'Steps':
        return this.#steps.adopt(node, templateOf(state, node));
      case 'TaskGroup':
        return this.#dags.fanOuts.adopt(place as TaskPlace, node);
      case 'DAG':
        return this.#dags.adopt(node, templateOf(state, node));
      case 'Retry': {
        const last = attemptsOf(state, node.id).at(-1);
        if (last === undefined) this.attempt(node.id);
        else if (isNodeCompleted(last.phase)) this.#advanceRetry(node.id);
        else this.adopt({ kind: 'attempt', retryId: node.id, of: place as OwnerPlace }, last);
      }
    }
  }

  // Ending

  /** Tells whoever waits for the node that it ended. */
  #propagate(id: string): void {
    const state = this.#state;
    const node = state.node(id)!;
    const place = state.release(id);
    if (place === undefined) {
      if (id === state.workflowName) this.#rootEnded(node);
      return;
    }
    this.#dags.forget(id);
    this.#steps.forget(id);
    if (node.type === 'Pod') {
      this.#pods.forget(id);
      this.host.discardPod(this, id);
    }
    this.#queue.unblock(place, node.type);
    switch (place.kind) {
      case 'root':
        return this.#rootEnded(node);
      case 'exit':
        return this.#finish(state.node(state.workflowName)!, node);
      case 'attempt':
        if (state.isOpen(place.retryId)) this.#advanceRetry(place.retryId);
        return;
      case 'item':
        return this.#dags.fanOuts.itemEnded(place, node);
      case 'task':
        return this.#dags.taskEnded(place, node);
      case 'step':
        return this.#steps.stepEnded(place, node);
      case 'step-group':
        return this.#steps.groupEnded(place);
      case 'hook':
        return this.#hookEnded(place);
    }
  }

  /** With its hook, what it follows has ended. */
  #hookEnded({ of }: HookPlace): void {
    switch (of.kind) {
      case 'item':
        return this.#dags.fanOuts.itemDone(of);
      case 'task':
        return this.#dags.taskDone(of);
      case 'step':
        return this.#steps.stepDone(of);
    }
  }

  /** An attempt ended: the Retry node ends with it, waits, or tries again. */
  #advanceRetry(retryId: string, { waited = false } = {}): void {
    const state = this.#state;
    const attempts = attemptsOf(state, retryId);
    const { message } = state.node(retryId)!;
    const { retryStrategy } = templateOf(state, state.node(retryId)!);
    const decision = decideRetry({ strategy: retryStrategy!, attempts, now: state.now(), shutdown: state.shutdown, workflowDeadline: state.deadline, waited });
    switch (decision.kind) {
      case 'end':
        return state.end(retryId, decision.phase, { message: decision.message, outputs: attempts.at(-1)!.outputs });
      case 'wait':
        if (message !== decision.message) this.live.editNode(retryId).message = decision.message;
        return this.host.wakeAt(this, `retry ${retryId}`, decision.until, () => {
          if (state.isOpen(retryId)) this.#advanceRetry(retryId, { waited: true });
        });
      case 'again': {
        if (message !== undefined) delete this.live.editNode(retryId).message;
        const boundary = boundaryOf(state.places.get(retryId)!);
        if (boundary === undefined) this.attempt(retryId);
        else this.#queue.push(boundary, { kind: 'attempt', retryId });
      }
    }
  }

  /** The work is over; the exit handler, if there is one, comes before the end. */
  #rootEnded(root: NodeStatus): void {
    const state = this.#state;
    const exit = exitHookOf({ onExit: this.live.spec.onExit, hooks: this.live.spec.hooks });
    const name = `${state.workflowName}.onExit`;
    const before = state.node(nodeId(state.workflowName, name));
    // A template that could not even be entered ends everything.
    if (exit === undefined || (root.type === 'Skipped' && root.phase === 'Error')) return this.#finish(root);
    if (before === undefined && !state.exitsMayRun) return this.#finish(root);
    if (before === undefined) return this.execute({ kind: 'exit' }, name, { template: exit.template!, arguments: exit.arguments ?? this.live.spec.arguments }, []);
    if (isNodeCompleted(before.phase)) return this.#finish(root, before);
    this.adopt({ kind: 'exit' }, before);
  }

  #finish(root: NodeStatus, exit?: NodeStatus): void {
    const own = workflowPhaseOf(root.phase);
    const phase = own === 'Succeeded' && exit !== undefined ? workflowPhaseOf(exit.phase) : own;
    const because = phase === own ? this.#message(root) : exit!.message;
    this.live.setStatus({
      phase,
      finishedAt: toTimestamp(this.#state.now()),
      conditions: [{ type: 'Completed', status: 'True' }],
      ...(because === undefined ? {} : { message: because }),
    });
    this.#label(phase, true);
    this.#releaseClaims(phase);
  }

  #message(root: NodeStatus): string | undefined {
    const failed = root.phase === 'Failed' || root.phase === 'Error';
    if (failed && this.#state.shutdown !== undefined) return `Stopped with strategy '${this.#state.shutdown}'`;
    // A root that is no more than an error, or whose outputs are one, is one of the template itself.
    return root.phase === 'Error' && (root.type === 'Skipped' || hasNoOutputs(root)) ? `error in entry template execution: ${root.message}` : root.message;
  }

  /** The workflow's own claims. They are made again, from the same owner, when nobody saw that they were. */
  #makeClaims(): void {
    const { live, host } = this;
    const templates = live.spec.volumeClaimTemplates ?? [];
    if (templates.length === 0) return;
    const volumes = templates.map((claim) => ({ name: claim.metadata!.name!, persistentVolumeClaim: { claimName: `${this.#state.workflowName}-${claim.metadata!.name!}` } }));
    templates.forEach((claim, index) => {
      const manifest = claim as { readonly metadata?: Record<string, unknown>; readonly spec?: Record<string, unknown> };
      host.claims.create(live.metadata.namespace, volumes[index]!.persistentVolumeClaim.claimName, manifest, live.uid, toTimestamp(this.#state.now()));
    });
    live.setStatus({ persistentVolumeClaims: volumes });
  }

  /** By Argo's default they go when the workflow succeeded. */
  #releaseClaims(phase: string): void {
    const { live, host } = this;
    const volumes = live.status.persistentVolumeClaims ?? [];
    if (volumes.length === 0 || (phase !== 'Succeeded' && live.spec.volumeClaimGC?.strategy !== 'OnWorkflowCompletion')) return;
    const { namespace } = live.metadata;
    live.setStatus({ persistentVolumeClaims: [] });
    host.afterCommit(() => {
      for (const { persistentVolumeClaim: claim } of volumes) host.claims.delete(namespace, claim!.claimName);
    });
  }

  /** `status.progress`, written with whatever else a tick writes. */
  updateProgress(): void {
    const progress = `${this.#state.succeeded}/${this.#state.begun}`;
    if (this.live.status.progress !== progress) this.live.setStatus({ progress });
  }

  #label(phase: string, completed: boolean): void {
    this.live.setMetadata({ labels: { ...this.live.metadata.labels, [LABEL_PHASE]: phase, [LABEL_COMPLETED]: String(completed) } });
  }
}

function nodeFlagOf(place: Place): Pick<NodeStatus, 'nodeFlag'> {
  const hooked = place.kind === 'hook' || place.kind === 'exit' || (place.kind === 'attempt' && (place.of.kind === 'hook' || place.of.kind === 'exit'));
  const flag = { ...(hooked && { hooked }), ...(place.kind === 'attempt' && { retried: true }) };
  return Object.keys(flag).length === 0 ? {} : { nodeFlag: flag };
}

function inputsOf(template: Template): Pick<NodeStatus, 'inputs'> {
  return hasInputs(template.inputs) ? { inputs: template.inputs } : {};
}

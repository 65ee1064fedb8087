import type { Arguments, NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { toTimestamp } from '../clock.js';
import type { AttemptExit, AttemptSpec } from '../executor.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { hasInputs, processTemplate } from '../workflow/process-template.js';
import { decideRetry } from '../workflow/retry-decision.js';
import { DagNodes, type Starter } from './dag-nodes.js';
import { attemptTemplate, attemptsOf, localTags, templateOf } from './node-templates.js';
import { boundaryOf, type AttemptPlace, type OwnerPlace, type Place, type TaskPlace } from './place.js';
import { PodNodes } from './pod-nodes.js';
import type { RunHost } from './run-host.js';
import { RunState } from './run-state.js';
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
  readonly #dags: DagNodes;
  readonly #pods: PodNodes;
  #retired = false;

  constructor(
    readonly live: LiveWorkflow,
    private readonly host: RunHost,
  ) {
    this.#state = new RunState(live, () => host.clock.now());
    this.#dags = new DagNodes(this.#state, this, host.counters);
    this.#pods = new PodNodes(this.#state, host.folder);
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
    }
    const pods = live.nodeIds().map((id) => live.node(id)!).filter(({ type }) => type === 'Pod');
    state.pods = pods.length;
    state.podsEnded = pods.filter(({ phase }) => isNodeCompleted(phase)).length;
    const { deadline } = state;
    if (deadline !== undefined) host.wakeAt(this, 'deadline', deadline, () => this.#endAtDeadline());
    const root = live.node(state.workflowName);
    if (root === undefined) this.execute({ kind: 'root' }, state.workflowName, { template: live.spec.entrypoint!, arguments: live.spec.arguments }, []);
    else if (isNodeCompleted(root.phase)) state.ended.push(root.id);
    else this.adopt({ kind: 'root' }, root);
    if (state.shutdown !== undefined) this.shutdown();
    else if (state.stopMessage('Pod') !== undefined) this.#endAtDeadline();
  }

  /** Works off what is to be done, at most `budget` visits. True when something is left. */
  step(budget: number): boolean {
    if (this.#retired) return false;
    const { counters } = this.host;
    const until = counters.visits + budget;
    while (counters.visits < until) {
      const ended = this.#state.ended.shift();
      if (ended !== undefined) this.#propagate(ended);
      else if (!this.#dags.step()) return false;
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
  buildAttempt(id: string): AttemptSpec {
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
    for (const id of state.places.keys()) {
      const { type } = state.node(id)!;
      if (type === 'Pod' || type === 'Suspend') {
        this.#stop(id);
      } else if (type === 'Retry') {
        const last = attemptsOf(state, id).at(-1);
        // One that waits to try again has nothing that could end by itself.
        if (last === undefined || isNodeCompleted(last.phase)) state.end(id, 'Failed', { message: state.stopMessage('Retry'), outputs: last?.outputs });
      } else {
        this.#dags.close(id);
      }
    }
  }

  #endAtDeadline(): void {
    for (const id of this.#state.places.keys()) {
      const { type } = this.#state.node(id)!;
      if (type === 'Pod' || type === 'Suspend') this.#stop(id);
    }
  }

  #stop(id: string): void {
    const { type } = this.#state.node(id)!;
    if (type === 'Pod') this.host.cancelAttempt(this, id);
    this.#state.end(id, 'Failed', { message: this.#state.stopMessage(type) });
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
      const message = place.kind === 'root' ? (error as Error).message : `task '${name}' errored: ${(error as Error).message}`;
      return state.addEnded(place, name, use.template, 'Error', message, parents);
    }
    if (template.retryStrategy === undefined) return this.#begin(place, name, processed, parents);
    this.attempt(state.add(place, name, { type: 'Retry', phase: 'Running', ...inputsOf(processed) }, use.template, parents));
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
    const type = template.dag !== undefined ? 'DAG' : template.container !== undefined ? 'Pod' : 'Suspend';
    const fields = { ...inputsOf(template), ...(place.kind === 'attempt' ? { nodeFlag: { retried: true } } : {}), type, phase: type === 'Pod' ? 'Pending' : 'Running' };
    const own = type === 'Pod' ? { progress: '0/1' } : type === 'Suspend' ? suppliedOutputs(template) : {};
    const id = state.add(place, name, { ...fields, ...own }, template.name!, parents);
    if (type === 'DAG') return this.#dags.open(id, name, template);
    const stopped = state.stopMessage(type);
    if (stopped !== undefined) state.end(id, 'Failed', { message: stopped });
    else if (type === 'Pod') this.host.requestAttempt(this, id);
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
        return this.host.requestAttempt(this, node.id);
      case 'Suspend':
        return this.#watchSuspend(node.id, templateOf(state, node));
      case 'TaskGroup':
        return this.#dags.adoptGroup(place as TaskPlace, node);
      case 'DAG':
        return this.#dags.adoptDag(node, templateOf(state, node));
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
      if (id === state.workflowName) this.#finish(node);
      return;
    }
    this.#dags.forget(id);
    if (node.type === 'Pod') {
      this.#pods.forget(id);
      this.host.discardPod(this, id);
    }
    this.#dags.unblock(place, node.type);
    switch (place.kind) {
      case 'root':
        return this.#finish(node);
      case 'attempt':
        if (state.isOpen(place.retryId)) this.#advanceRetry(place.retryId);
        return;
      case 'item':
        return this.#dags.itemEnded(place);
      case 'task':
        return this.#dags.taskEnded(place);
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
        else this.#dags.requestAttempt(boundary, retryId);
      }
    }
  }

  #finish(root: NodeStatus): void {
    const phase = root.phase === 'Failed' || root.phase === 'Error' ? root.phase : 'Succeeded';
    const stopped = phase !== 'Succeeded' && this.#state.shutdown !== undefined;
    // A root that is no more than an error is one of the template itself.
    const own = root.type === 'Skipped' && phase === 'Error' ? `error in entry template execution: ${root.message}` : root.message;
    const message = stopped ? `Stopped with strategy '${this.#state.shutdown}'` : own;
    this.live.setStatus({
      phase,
      finishedAt: toTimestamp(this.#state.now()),
      conditions: [{ type: 'Completed', status: 'True' }],
      ...(message === undefined ? {} : { message }),
    });
    this.#label(phase, true);
  }

  /** `status.progress`, written with whatever else a tick writes. */
  updateProgress(): void {
    const progress = `${this.#state.podsEnded}/${this.#state.pods}`;
    if (this.live.status.progress !== progress) this.live.setStatus({ progress });
  }

  #label(phase: string, completed: boolean): void {
    this.live.setMetadata({ labels: { ...this.live.metadata.labels, [LABEL_PHASE]: phase, [LABEL_COMPLETED]: String(completed) } });
  }
}

function inputsOf(template: Template): Pick<NodeStatus, 'inputs'> {
  return hasInputs(template.inputs) ? { inputs: template.inputs } : {};
}

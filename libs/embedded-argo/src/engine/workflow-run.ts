import type { NodeStatus } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { toTimestamp } from '../clock.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import { nodeId } from '../workflow/node-id.js';
import { exitHookOf } from './exit-hooks.js';
import { NodeStarter } from './node-starter.js';
import { isPartOfExit, type HookPlace } from './place.js';
import type { PodNodes } from './pod-nodes.js';
import type { RunHost } from './run-host.js';
import { RunState } from './run-state.js';
import { StartQueue } from './start-queue.js';
import { makeClaims, releaseClaims } from './workflow-claims.js';
import { WorkflowStatus } from './workflow-status.js';

/**
 * One Workflow on its way through Argo's rules. It is a worklist over nodes: each change visits what depends on it and nothing
 * else. All it knows can be rebuilt from the Workflow's own nodes (`resume`), so it may be dropped at any moment.
 */
export class WorkflowRun {
  readonly #state: RunState;
  readonly #queue: StartQueue;
  readonly #nodes: NodeStarter;
  readonly #status: WorkflowStatus;
  #retired = false;

  constructor(
    readonly live: LiveWorkflow,
    private readonly host: RunHost,
  ) {
    this.#state = new RunState(live, () => host.clock.now());
    this.#queue = new StartQueue(this.#state);
    this.#nodes = new NodeStarter(this.#state, this.#queue, this, host);
    this.#status = new WorkflowStatus(this.#state);
  }

  get uid(): string {
    return this.live.uid;
  }

  /** To be told what becomes of attempts. */
  get pods(): PodNodes {
    return this.#nodes.pods;
  }

  /** Begins a new Workflow, or goes on from the nodes that an earlier process left. */
  resume(): void {
    const { live, host } = this;
    const state = this.#state;
    if (live.status.phase === undefined) {
      this.#status.begin();
      makeClaims(live, host);
    }
    this.#status.countProgress();
    const { deadline } = state;
    if (deadline !== undefined) host.wakeAt(this, 'deadline', deadline, () => this.#endAtDeadline());
    const root = live.node(state.workflowName);
    if (root === undefined) this.#nodes.execute({ kind: 'root' }, state.workflowName, { template: live.spec.entrypoint!, arguments: live.spec.arguments }, []);
    else if (isNodeCompleted(root.phase)) state.ended.push(root.id);
    else this.#nodes.adopt({ kind: 'root' }, root);
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
      else if (!this.#queue.step() && !this.#nodes.dags.step()) return false;
      counters.visits += 1;
    }
    return true;
  }

  /** The run was taken from the engine; whatever still refers to it must not act. */
  retire(): void {
    this.#retired = true;
  }

  wantsAttempt(id: string): boolean {
    return !this.#retired && this.#state.isOpen(id);
  }

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
        this.#nodes.retries.close(id, place);
      } else if (type === 'Steps') {
        this.#nodes.steps.close(id);
      } else {
        this.#nodes.dags.close(id);
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

  /** Tells whoever waits for the node that it ended. */
  #propagate(id: string): void {
    const state = this.#state;
    const { dags, steps, pods, retries } = this.#nodes;
    const node = state.node(id)!;
    const place = state.release(id);
    if (place === undefined) {
      if (id === state.workflowName) this.#rootEnded(node);
      return;
    }
    dags.forget(id);
    steps.forget(id);
    if (node.type === 'Pod') {
      pods.forget(id);
      this.host.discardPod(this, id);
    }
    this.#queue.unblock(place, node.type);
    switch (place.kind) {
      case 'root':
        return this.#rootEnded(node);
      case 'exit':
        return this.#finish(state.node(state.workflowName)!, node);
      case 'attempt':
        return retries.attemptEnded(place);
      case 'item':
        return dags.fanOuts.itemEnded(place, node);
      case 'task':
        return dags.taskEnded(place, node);
      case 'step':
        return steps.stepEnded(place, node);
      case 'step-group':
        return steps.groupEnded(place);
      case 'hook':
        return this.#hookEnded(place);
    }
  }

  /** With its hook, what it follows has ended. */
  #hookEnded({ of }: HookPlace): void {
    const { dags, steps } = this.#nodes;
    switch (of.kind) {
      case 'item':
        return dags.fanOuts.itemDone(of);
      case 'task':
        return dags.taskDone(of);
      case 'step':
        return steps.stepDone(of);
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
    if (before === undefined) return this.#nodes.execute({ kind: 'exit' }, name, { template: exit.template!, arguments: exit.arguments ?? this.live.spec.arguments }, []);
    if (isNodeCompleted(before.phase)) return this.#finish(root, before);
    this.#nodes.adopt({ kind: 'exit' }, before);
  }

  #finish(root: NodeStatus, exit?: NodeStatus): void {
    releaseClaims(this.live, this.#status.end(root, exit), this.host);
  }

  /** `status.progress`, written with whatever else a tick writes. */
  updateProgress(): void {
    this.#status.updateProgress();
  }
}

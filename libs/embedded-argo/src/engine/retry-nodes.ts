import type { NodeStatus, Template } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { decideRetry } from '../workflow/retry-decision.js';
import { inputsOf, nodeFlagOf } from './node-fields.js';
import type { NodeStarter } from './node-starter.js';
import { attemptTemplate, attemptsOf, templateOf } from './node-templates.js';
import { boundaryOf, type AttemptPlace, type OwnerPlace, type Place } from './place.js';
import type { RunState } from './run-state.js';
import type { StartQueue } from './start-queue.js';

/** The Retry nodes of one run, whose children are the attempts at one thing, one after the other. */
export class RetryNodes {
  constructor(
    private readonly state: RunState,
    private readonly starter: NodeStarter,
    private readonly queue: StartQueue,
    private readonly wakeAt: (key: string, atMs: number, fire: () => void) => void,
  ) {}

  open(place: OwnerPlace, name: string, processed: Template, templateName: string, parents: readonly string[]): void {
    this.attempt(this.state.add(place, name, { type: 'Retry', phase: 'Running', ...inputsOf(processed), ...nodeFlagOf(place) }, templateName, parents));
  }

  adopt(place: OwnerPlace, node: NodeStatus): void {
    const last = attemptsOf(this.state, node.id).at(-1);
    if (last === undefined) this.attempt(node.id);
    else if (isNodeCompleted(last.phase)) this.#advance(node.id);
    else this.starter.adopt({ kind: 'attempt', retryId: node.id, of: place }, last);
  }

  /** Makes the next attempt. */
  attempt(retryId: string): void {
    const { state } = this;
    const retry = state.node(retryId)!;
    const place: AttemptPlace = { kind: 'attempt', retryId, of: state.places.get(retryId) as OwnerPlace };
    const number = attemptsOf(state, retryId).length;
    const name = `${retry.name}(${number})`;
    try {
      this.starter.begin(place, name, attemptTemplate(state, retry, place, name, number), [retryId]);
    } catch (error) {
      const id = state.add(place, name, { type: 'Skipped', phase: 'Running', nodeFlag: { retried: true } }, retry.templateName!, [retryId]);
      state.end(id, 'Error', { message: (error as Error).message });
    }
  }

  attemptEnded({ retryId }: AttemptPlace): void {
    if (this.state.isOpen(retryId)) this.#advance(retryId);
  }

  /** After a shutdown there is no further attempt. */
  close(retryId: string, place: Place): void {
    const last = attemptsOf(this.state, retryId).at(-1);
    // One that waits to try again has nothing that could end by itself.
    if (last === undefined || isNodeCompleted(last.phase)) this.state.end(retryId, 'Failed', { message: this.state.stopMessage('Retry', place), outputs: last?.outputs });
  }

  /** An attempt ended: the Retry node ends with it, waits, or tries again. */
  #advance(retryId: string, { waited = false } = {}): void {
    const { state } = this;
    const attempts = attemptsOf(state, retryId);
    const { message } = state.node(retryId)!;
    const { retryStrategy } = templateOf(state, state.node(retryId)!);
    const decision = decideRetry({ strategy: retryStrategy!, attempts, now: state.now(), shutdown: state.shutdown, workflowDeadline: state.deadline, waited });
    switch (decision.kind) {
      case 'end':
        return state.end(retryId, decision.phase, { message: decision.message, outputs: attempts.at(-1)!.outputs });
      case 'wait':
        if (message !== decision.message) state.live.editNode(retryId).message = decision.message;
        return this.wakeAt(`retry ${retryId}`, decision.until, () => {
          if (state.isOpen(retryId)) this.#advance(retryId, { waited: true });
        });
      case 'again': {
        if (message !== undefined) delete state.live.editNode(retryId).message;
        const boundary = boundaryOf(state.places.get(retryId)!);
        if (boundary === undefined) this.attempt(retryId);
        else this.queue.push(boundary, { kind: 'attempt', retryId });
      }
    }
  }
}

import { attemptId } from '../pod/build-attempt.js';
import { Fifo } from './fifo.js';
import type { WorkflowRun } from './workflow-run.js';

export interface WaitingAttempt {
  readonly run: WorkflowRun;
  readonly nodeId: string;
  readonly id: string;
}

/** At most `limit` attempts at once over all workflows; who asked first is served first. */
export class AttemptSlots {
  readonly #busy = new Set<string>();
  readonly #queue = new Fifo<WaitingAttempt>();
  /** Asked for since the last `fill`. */
  #fresh: WaitingAttempt[] = [];

  constructor(readonly limit: number) {}

  request(run: WorkflowRun, nodeId: string): void {
    const waiting = { run, nodeId, id: attemptId(run.uid, nodeId) };
    this.#queue.push(waiting);
    this.#fresh.push(waiting);
  }

  /** Takes a slot outside the line, for an attempt that lives already. */
  occupy(id: string): void {
    this.#busy.add(id);
  }

  holds(id: string): boolean {
    return this.#busy.has(id);
  }

  release(id: string): void {
    this.#busy.delete(id);
  }

  get busy(): number {
    return this.#busy.size;
  }

  /** Hands the free slots to those in front; `begin` says whether it uses its slot. Returns those who came newly and must wait. */
  fill(begin: (waiting: WaitingAttempt) => boolean): WaitingAttempt[] {
    while (this.#busy.size < this.limit && this.#queue.size > 0) {
      const next = this.#queue.shift()!;
      if (!next.run.wantsAttempt(next.nodeId) || this.#busy.has(next.id)) continue;
      if (begin(next)) this.#busy.add(next.id);
    }
    const fresh = this.#fresh.filter(({ id, run, nodeId }) => !this.#busy.has(id) && run.wantsAttempt(nodeId));
    this.#fresh = [];
    return fresh;
  }

  get waiting(): boolean {
    return this.#queue.size > 0;
  }
}

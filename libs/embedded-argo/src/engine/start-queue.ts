import { boundaryOf, type Place } from './place.js';
import type { Boundary, StartRequest } from './boundary.js';
import type { RunState } from './run-state.js';

/** What may begin in the boundaries of one run, held back by their limits and by the workflow's own. */
export class StartQueue {
  readonly #active = new Set<Boundary>();
  /** Held back by the workflow's own limit. */
  readonly #blocked = new Set<Boundary>();

  constructor(private readonly state: RunState) {}

  push(boundary: Boundary, request: StartRequest): void {
    boundary.requests.push(request);
    this.#active.add(boundary);
  }

  /** Something in the boundary is to be looked at. */
  wake(boundary: Boundary): void {
    this.#active.add(boundary);
  }

  /** A node ended that may have held back others. */
  unblock(place: Place, type: string): void {
    if (type === 'Pod') {
      for (const boundary of this.#blocked) this.#active.add(boundary);
      this.#blocked.clear();
    }
    const boundary = boundaryOf(place);
    if (boundary !== undefined && boundary.requests.size > 0) this.#active.add(boundary);
  }

  /** Does one thing. False when there is nothing to do. */
  step(): boolean {
    const [boundary] = this.#active;
    if (boundary === undefined) return false;
    if (boundary.owner.considerNext(boundary)) return true;
    const request = boundary.requests.peek();
    if (request !== undefined && boundary.admits(request)) {
      if (!this.#full()) {
        boundary.requests.shift();
        boundary.owner.begin(boundary, request);
        return true;
      }
      this.#blocked.add(boundary);
    }
    this.#active.delete(boundary);
    boundary.owner.idle(boundary);
    return true;
  }

  /** The workflow's own limit; as in Argo it holds back everything new, not only pods. */
  #full(): boolean {
    const limit = this.state.live.spec.parallelism ?? 0;
    return limit > 0 && this.state.activePods >= limit;
  }
}

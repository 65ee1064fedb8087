import type { Clock } from '../clock.js';

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  constructor(private time = Date.parse('2026-01-02T03:04:05.000Z')) {}

  now(): number {
    return this.time;
  }

  at(at: number, fire: () => void): () => void {
    const timer = { at, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves on, firing what is due in the order of its time. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.fire();
    }
    this.time = end;
  }

  get timers(): number {
    return this.#timers.size;
  }
}

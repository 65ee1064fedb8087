import type { Clock } from '../clock.js';

/** What runs wait for, by their uid and then by what it is for. */
export class RunTimers {
  readonly #timers = new Map<string, Map<string, () => void>>();
  #closed = false;

  constructor(private readonly clock: Clock) {}

  /** Calls `fire` once, then. A second call with the same key replaces the first. */
  set(uid: string, key: string, atMs: number, fire: () => void): void {
    let timers = this.#timers.get(uid);
    if (timers === undefined) this.#timers.set(uid, (timers = new Map<string, () => void>()));
    timers.get(key)?.();
    const cancel = this.clock.at(atMs, () => {
      timers.delete(key);
      if (!this.#closed) fire();
    });
    timers.set(key, cancel);
  }

  /** None of this run fires any more. */
  cancel(uid: string): void {
    for (const cancel of this.#timers.get(uid)?.values() ?? []) cancel();
    this.#timers.delete(uid);
  }

  /** None fires any more. */
  close(): void {
    this.#closed = true;
    for (const uid of this.#timers.keys()) this.cancel(uid);
  }
}

import type { Change, ChangeFeed } from './change-feed.js';

/** The feed's other end: repositories tell it what they committed. */
export class ChangeEmitter implements ChangeFeed {
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #log: (message: string) => void;

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  subscribe(listener: (change: Change) => void): () => void {
    // Wrapped, so that one function subscribed twice is called twice and ended one by one.
    const entry = (change: Change): void => listener(change);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  emit(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const listener of Array.from(this.#listeners)) {
        try {
          listener(change);
        } catch (error) {
          // What was committed stays committed, whatever a listener makes of it.
          this.#log(`A listener of database changes failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        }
      }
    }
  }
}

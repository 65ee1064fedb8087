import type { Change, ChangeFeed } from './change-feed.js';
import { SharedChanges, type SharedChangesOptions } from './shared-changes.js';
import type { Sql } from './sql-session.js';

/** The feed's other end: repositories tell it what they committed. */
export class ChangeEmitter implements ChangeFeed {
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #log: (message: string) => void;

  readonly #shared: SharedChanges | undefined;

  /** With `share` the changes of other processes come too, and they get these. */
  constructor(log: (message: string) => void, share?: Omit<SharedChangesOptions, 'log' | 'onChanges'>) {
    this.#log = log;
    this.#shared = share && new SharedChanges({ ...share, log, onChanges: (changes) => this.#deliver(changes) });
  }

  subscribe(listener: (change: Change) => void): () => void {
    // Wrapped, so that one function subscribed twice is called twice and ended one by one.
    const entry = (change: Change): void => listener(change);
    this.#listeners.add(entry);
    this.#shared?.read();
    return () => void this.#listeners.delete(entry);
  }

  /** Within the transaction that makes them, so that other processes are told if and only if it is committed; then comes `emit` with `told`. */
  async tell(tx: Sql, changes: readonly Change[]): Promise<void> {
    await this.#shared?.tell(tx, changes);
  }

  emit(changes: readonly Change[], { told = false }: { readonly told?: boolean } = {}): void {
    if (!told) this.#shared?.tellLater(changes);
    this.#deliver(changes);
  }

  async close(): Promise<void> {
    await this.#shared?.close();
  }

  #deliver(changes: readonly Change[]): void {
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

/** Lets one transaction at a time use a connection; others come in the order in which they asked. */
export class TransactionLock {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves with the function that gives the lock back; calling it twice does nothing more. */
  async acquire(): Promise<() => void> {
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.shift();
      // The lock stays held while it is handed on, so that nobody slips in between.
      if (next) next();
      else this.#held = false;
    };
  }

  /** For a single synchronous statement: waits for its turn and leaves the lock to the next at once. */
  async untilFree(): Promise<void> {
    if (!this.#held) return;
    (await this.acquire())();
  }
}

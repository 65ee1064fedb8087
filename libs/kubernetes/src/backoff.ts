/** Growing waits with jitter: whoever lost the same server does not come back at the same moment. */
export class Backoff {
  #failures = 0;

  constructor(private readonly options: { readonly baseMs: number; readonly maxMs: number; readonly random?: () => number }) {}

  get failures(): number {
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** How long to wait after one more failure: between half and all of a time that doubles. */
  next(): number {
    const { baseMs, maxMs, random = Math.random } = this.options;
    const full = Math.min(maxMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return full * (0.5 + random() / 2);
  }
}

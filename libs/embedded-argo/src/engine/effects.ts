/** What is done to the world once the changes of a tick are written. */
export class Effects {
  #waiting: (() => void)[] = [];

  constructor(private readonly onError: (error: unknown) => void) {}

  push(effect: () => void): void {
    this.#waiting.push(effect);
  }

  /** The changes were not written. */
  drop(): void {
    this.#waiting = [];
  }

  /** Does everything that was waiting; one that fails keeps none of the others back. Returns how many there were. */
  run(): number {
    const effects = this.#waiting;
    this.#waiting = [];
    for (const effect of effects) {
      try {
        effect();
      } catch (error) {
        this.onError(error);
      }
    }
    return effects.length;
  }
}

import { open } from 'node:fs/promises';

/** Brings files to the disk a moment after they were written, so that nobody waits for it. A file that is gone by then needs no care. */
export class LateSync {
  #paths = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;

  constructor(private readonly delayMs = 200) {}

  add(path: string): void {
    this.#paths.add(path);
    this.#schedule();
  }

  /** Resolves when all that was added is on the disk. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#syncing;
    await this.#syncAll();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#syncing = this.#syncAll().finally(() => {
        this.#syncing = this.#timer = undefined;
        if (this.#paths.size > 0) this.#schedule();
      });
    }, this.delayMs).unref();
  }

  async #syncAll(): Promise<void> {
    const paths = [...this.#paths];
    this.#paths.clear();
    // One after the other: other work of the process needs the threads that do this.
    for (const path of paths) {
      try {
        await using file = await open(path);
        await file.sync();
      } catch {
        // Removed with its run, or on a disk that fails, which whoever reads it will learn.
      }
    }
  }
}

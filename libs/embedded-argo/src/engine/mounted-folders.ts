import type { AttemptExit, AttemptListener, AttemptSpec, Executor } from '../executor.js';

/** Which folders of the machine attempts that are not over have mounted. Stands between the engine and its executor. */
export class MountedFolders {
  readonly #byAttempt = new Map<string, readonly string[]>();

  /** Whether an attempt that has begun and is not over sees the folder or something in it. */
  isMounted(folder: string): boolean {
    return [...this.#byAttempt.values()].flat().some((source) => source === folder || source.startsWith(`${folder}/`));
  }

  /** The listener, told after this has taken note. */
  listener(inner: AttemptListener): AttemptListener {
    return {
      onRunning: (id, startedAt) => inner.onRunning(id, startedAt),
      onExit: (id: string, exit: AttemptExit) => {
        this.#byAttempt.delete(id);
        inner.onExit(id, exit);
      },
      onProgress: (id, message) => inner.onProgress?.(id, message),
    };
  }

  executor(inner: Executor): Executor {
    return {
      refusal: (spec) => inner.refusal(spec),
      start: (spec: AttemptSpec) => {
        this.#byAttempt.set(spec.id, [spec, ...(spec.companions ?? [])].flatMap(({ mounts }) => mounts.map(({ source }) => source)));
        inner.start(spec);
      },
      kill: (id, options) => inner.kill(id, options),
      lookup: (id) => inner.lookup(id),
      standardOutput: (id, limitBytes) => inner.standardOutput(id, limitBytes),
      setAside: (id, as) => inner.setAside(id, as),
      forget: (id) => inner.forget(id),
      close: () => inner.close(),
    };
  }
}

import { existsSync } from 'node:fs';
import type { AttemptSpec } from '../executor.js';
import type { ArtifactFolder } from '../pod/artifact-folder.js';
import type { BuiltAttempt } from '../pod/build-attempt.js';

/** Puts in place what attempts need before they begin. It may take long, so it is done beside everything else. */
export class AttemptFiles {
  /** Attempts whose files are being put in place; true once somebody wants the attempt ended. */
  readonly #preparing = new Map<string, { ended: boolean }>();

  constructor(private readonly artifacts: ArtifactFolder) {}

  /** Resolves to what can be started, or undefined when the attempt was ended meanwhile. Rejects with a message for the user. */
  async prepare({ spec, staged }: BuiltAttempt): Promise<AttemptSpec | undefined> {
    const mark = { ended: false };
    this.#preparing.set(spec.id, mark);
    try {
      for (const { artifact, target } of staged) {
        if (mark.ended) return undefined;
        await this.artifacts.load(artifact, target).catch((error: unknown) => {
          throw new Error(`init: Error (exit code 64): ${(error as Error).message}`, { cause: error });
        });
      }
      return mark.ended ? undefined : withoutAbsent(spec, staged);
    } finally {
      this.#preparing.delete(spec.id);
    }
  }

  /** Ends an attempt that is only being prepared. False when it is not. */
  end(id: string): boolean {
    const mark = this.#preparing.get(id);
    if (mark !== undefined) mark.ended = true;
    return mark !== undefined;
  }
}

/** Without the mounts of optional inputs that are not there. */
function withoutAbsent(spec: AttemptSpec, staged: BuiltAttempt['staged']): AttemptSpec {
  const absent = new Set(staged.map(({ target }) => target).filter((target) => !existsSync(target)));
  return absent.size === 0 ? spec : { ...spec, mounts: spec.mounts.filter(({ source }) => !absent.has(source)) };
}

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

const REMEMBERED_MS = 2_000;
const MOST_REMEMBERED = 1_000;

/** Whether a program can be started by this name: as a path, or found in one of the folders. What was found is not looked for again at once. */
export class ProgramFinder {
  readonly #foundAt = new Map<string, number>();

  has(name: string, folders: readonly string[]): boolean {
    const key = [name, ...folders].join(':');
    const now = performance.now();
    if (now - (this.#foundAt.get(key) ?? -Infinity) < REMEMBERED_MS) return true;
    const found = name.startsWith('/') ? isExecutable(name) : !name.includes('/') && folders.some((folder) => isExecutable(join(folder, name)));
    if (this.#foundAt.size >= MOST_REMEMBERED) this.#foundAt.clear();
    if (found) this.#foundAt.set(key, now);
    return found;
  }
}

function isExecutable(path: string): boolean {
  try {
    // Most folders have no such file: that must not cost an exception.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a program can be started by this name: as a path, or found in one of the folders. */
export function isProgram(name: string, folders: readonly string[]): boolean {
  return name.startsWith('/') ? isExecutable(name) : !name.includes('/') && folders.some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    // Asked for every task, and most folders have no such file: that must not cost an exception.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PipelineError } from '@millrace/errors';

export interface FolderLock {
  release(): void;
}

/**
 * Keeps a folder for this owner: a second one, in this process or another, is refused with FAILED_PRECONDITION. The lock is
 * SQLite's on a file of its own, so the operating system drops it when the owner dies, however it dies.
 */
export function lockFolder(folder: string): FolderLock {
  const database = new DatabaseSync(join(folder, 'argo.lock'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new PipelineError(
      'FAILED_PRECONDITION',
      `The folder "${folder}" is in use by another Millrace process; stop that one, or give this one a data folder of its own.`,
      { cause },
    );
  }
  return { release: () => void (database.isOpen && database.close()) };
}

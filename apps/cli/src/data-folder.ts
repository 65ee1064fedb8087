import { constants } from 'node:fs';
import { access, chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '@millrace/errors';

/** Where everything that must survive is kept. */
export interface DataFolder {
  readonly path: string;
  /** Runs, tasks, artifacts' records. */
  readonly database: string;
  /** Embedded Argo's Workflows. */
  readonly engine: string;
  /** Attempts at tasks, with their logs. */
  readonly attempts: string;
  readonly artifacts: string;
  /** Python environments made on demand. */
  readonly environments: string;
  /** Volume claims that tasks mount, by namespace and name. */
  readonly volumes: string;
  /** The user's: `<name>/<key>`. Read, never written. */
  readonly secrets: string;
  /** The same for config maps. */
  readonly configMaps: string;
}

/** What lies where in a data folder, there or not. */
export function dataFolderAt(path: string): DataFolder {
  return {
    path,
    database: join(path, 'millrace.db'),
    engine: join(path, 'engine'),
    attempts: join(path, 'attempts'),
    artifacts: join(path, 'artifacts'),
    environments: join(path, 'environments'),
    volumes: join(path, 'volumes'),
    secrets: join(path, 'secrets'),
    configMaps: join(path, 'config-maps'),
  };
}

/** Makes the folder (mode 0700: it holds what users' code wrote) or says in one sentence why it cannot be used. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = dataFolderAt(path);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const inner of [folder.engine, folder.attempts, folder.artifacts, folder.environments, folder.volumes, folder.secrets, folder.configMaps]) {
      await mkdir(inner, { recursive: true, mode: 0o700 });
    }
    // Made by hand, perhaps, with the mode that a shell gives.
    await chmod(folder.secrets, 0o700);
    // Refused when the folder is somebody else's; then it is not ours to close.
    await chmod(path, 0o700).catch(() => undefined);
  } catch (error) {
    throw new PipelineError('FAILED_PRECONDITION', `The data folder ${path} cannot be used: ${reason(error)}. Choose another with --data-dir or MILLRACE_HOME.`, {
      cause: error,
    });
  }
  return folder;
}

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a folder';
    default:
      return (error as Error).message;
  }
}

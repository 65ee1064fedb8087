import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PipelineError } from '@millrace/errors';
import { isRunFolderName } from '@millrace/run-controller';
import type { DataFolder } from '../data-folder.js';

export interface Garbage {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'log' | 'scratch' | 'artifact' | 'volume' | 'environment';
}

export interface GarbageOptions {
  /** What changed after this is left alone: a server may be about to refer to it. */
  readonly before: Date;
  /** Environments that nothing was run in since. @default none is given up */
  readonly environmentsBefore?: Date;
}

/**
 * What deleted runs, and crashes while they were deleted, have left in a data folder: whatever no row refers to. Reads only; a server may be
 * using the folder. What it cannot place is not garbage.
 */
export async function findGarbage(folder: DataFolder, options: GarbageOptions): Promise<Garbage[]> {
  if (!existsSync(folder.database)) throw new PipelineError('FAILED_PRECONDITION', `There is no Millrace data in ${folder.path}; name the data folder with --data-dir.`);
  // Listed before the rows are read: what appears in between is not in the list, what is in the list has its row.
  const attempts = await foldersIn(join(folder.attempts, 'attempts'));
  const pods = await foldersIn(join(folder.engine, 'pods'));
  const runFolders: string[] = [];
  for (const pipeline of await foldersIn(folder.artifacts)) for (const run of await foldersIn(join(folder.artifacts, pipeline))) runFolders.push(join(folder.artifacts, pipeline, run));

  const found: Garbage[] = [];
  const workflows = workflowsOf(folder);
  for (const uid of attempts) if (!workflows.has(uid)) found.push({ path: join(folder.attempts, 'attempts', uid), kind: 'log' });
  for (const uid of pods) if (!workflows.has(uid)) found.push({ path: join(folder.engine, 'pods', uid), kind: 'scratch' });
  found.push(...(await volumesOfGoneWorkflows(folder, workflows)), ...artifactsNobodyRefersTo(folder, runFolders));
  const { environmentsBefore } = options;
  if (environmentsBefore !== undefined) found.push(...(await unusedEnvironments(folder, environmentsBefore)));

  const old: Garbage[] = [];
  for (const garbage of found) {
    const info = await stat(garbage.path).catch(() => undefined);
    if (info !== undefined && (garbage.kind === 'environment' || info.mtime < options.before)) old.push(garbage);
  }
  return old;
}

function workflowsOf(folder: DataFolder): ReadonlySet<string> {
  const file = join(folder.engine, 'argo.db');
  // Without the engine's file nothing says whose the attempts are.
  if (!existsSync(file)) throw new PipelineError('FAILED_PRECONDITION', `There is no ${file}, so that it cannot be said which logs are still needed; start Millrace on the folder once.`);
  const engine = new DatabaseSync(file, { timeout: 10_000 });
  try {
    return new Set((engine.prepare('SELECT uid FROM object').all() as { uid: string }[]).map(({ uid }) => uid));
  } finally {
    engine.close();
  }
}

/** Volumes that Workflows made for themselves, and traces of deletions. What a task made is kept until a task deletes it. */
async function volumesOfGoneWorkflows(folder: DataFolder, workflows: ReadonlySet<string>): Promise<Garbage[]> {
  const found: Garbage[] = [];
  for (const namespace of await foldersIn(folder.volumes)) {
    const records = join(folder.volumes, namespace, '.claims');
    for (const record of await readdir(records).catch(() => [])) {
      const owner = await ownerOf(join(records, record));
      const path = join(folder.volumes, namespace, record.replace(/\.json$/, ''));
      if (owner !== undefined && UID.test(owner) && !workflows.has(owner) && existsSync(path) && record.endsWith('-kfp-workspace.json')) found.push({ path, kind: 'volume' });
    }
    const traces = join(folder.volumes, namespace, '.deleted');
    if (existsSync(traces)) found.push({ path: traces, kind: 'volume' });
  }
  return found;
}

async function ownerOf(record: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(record, 'utf8')) as { readonly owner?: string }).owner;
  } catch {
    return undefined;
  }
}

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Folders of runs that do not exist and in which no artifact of another run lies. */
function artifactsNobodyRefersTo(folder: DataFolder, runFolders: readonly string[]): Garbage[] {
  const database = new DatabaseSync(folder.database, { timeout: 10_000 });
  try {
    const run = database.prepare('SELECT 1 FROM runs WHERE id = ? OR artifactRoot = ?');
    const inside = database.prepare('SELECT 1 FROM artifacts WHERE uri >= ? AND uri < ? LIMIT 1');
    return runFolders
      .filter((path) => isRunFolderName(path.slice(path.lastIndexOf('/') + 1).replace(/\.removing$/, '')))
      .filter((path) => run.get(path.slice(path.lastIndexOf('/') + 1), path) === undefined && inside.get(`${path}/`, `${path}0`) === undefined)
      .map((path) => ({ path, kind: 'artifact' }));
  } finally {
    database.close();
  }
}

/** An environment is touched whenever a supervisor is started in it, and that has a folder named after it while it lives. */
async function unusedEnvironments(folder: DataFolder, before: Date): Promise<Garbage[]> {
  const supervisors = join(folder.attempts, 'supervisors');
  const alive = (await foldersIn(supervisors)).filter((name) => existsSync(join(supervisors, name, 'supervisor.json')));
  const inUse = new Set(alive.map((name) => name.slice(0, name.lastIndexOf('-'))));
  const found: Garbage[] = [];
  for (const key of await foldersIn(folder.environments)) {
    const path = join(folder.environments, key);
    const used = await stat(join(path, 'ready.json')).catch(() => undefined);
    if (used !== undefined && used.mtime < before && !inUse.has(key)) found.push({ path, kind: 'environment' });
  }
  return found;
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { relocateDatabase } from '@millrace/database';
import { relocateStore } from '@millrace/embedded-argo';
import { PipelineError } from '@millrace/errors';
import { extract, type Extract } from 'tar-stream';
import type { BackupSummary } from './take-backup.js';
import { END_NAME, ending, FORMAT, manifest, MANIFEST_NAME, type Manifest } from './manifest.js';
import { plainPath } from './plain-path.js';

/**
 * Makes a data folder of a backup. The folder must be empty or missing; when this throws it is as it was. Paths of artifacts are
 * changed to where they are now.
 */
export async function restoreBackup(file: string, target: string): Promise<BackupSummary> {
  if (!existsSync(file)) throw new PipelineError('NOT_FOUND', `There is no file ${file}.`);
  const made = await mkdir(target, { recursive: true, mode: 0o700 });
  if ((await readdir(target)).length > 0) throw new PipelineError('FAILED_PRECONDITION', `The folder ${target} is not empty; restore into a new one with --data-dir, then start Millrace on that.`);
  const work = await mkdtemp(join(target, '.restoring-'));
  try {
    const { about, summary } = await unpack(file, work);
    relocate(about, work, target);
    // The product's database last: without it there is nothing that a server would go on with.
    const names = (await readdir(work)).sort((a, b) => Number(a === 'millrace.db') - Number(b === 'millrace.db'));
    for (const name of names) await rename(join(work, name), join(target, name));
    await rmdir(work);
    return summary;
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new PipelineError('FAILED_PRECONDITION', `The disk that ${target} is on is full; free some space, or restore to another disk.`, { cause: error });
    throw error;
  }
}

async function unpack(file: string, work: string): Promise<{ about: Manifest; summary: BackupSummary }> {
  const entries = extract();
  const [reading, unpacking] = await Promise.allSettled([pipeline(createReadStream(file), entries), takeEntries(entries, file, work)]);
  if (unpacking.status === 'rejected') {
    // When the file ends early the entries say less than the stream does.
    throw isOurs(unpacking.reason) || reading.status === 'fulfilled' ? unpacking.reason : broken(file, reading.reason);
  }
  if (reading.status === 'rejected') throw broken(file, reading.reason);
  return unpacking.value;
}

async function takeEntries(entries: Extract, file: string, work: string): Promise<{ about: Manifest; summary: BackupSummary }> {
  let about: Manifest | undefined;
  let expected: number | undefined;
  let files = 0;
  let bytes = 0;
  const links: { readonly path: string; readonly to: string }[] = [];
  for await (const entry of entries) {
    const { name, type, size = 0, mode, linkname } = entry.header;
    if (about === undefined) {
      if (name !== MANIFEST_NAME) throw notOurs(file);
      about = readAbout(await readText(entry), file);
      continue;
    }
    if (name === END_NAME) {
      expected = ending.parse(JSON.parse(await readText(entry))).files;
      continue;
    }
    const path = placeOf(work, name, file);
    if (type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else if (type === 'symlink') {
      links.push({ path, to: linkname ?? '' });
      entry.resume();
    } else {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(entry as unknown as Readable, createWriteStream(path, { flags: 'wx', mode: mode ?? 0o600 }));
      files += 1;
      bytes += size;
    }
  }
  if (about === undefined) throw notOurs(file);
  if (expected !== files) throw broken(file);
  // Last, so that nothing is written through one.
  for (const { path, to } of links) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await symlink(to, path);
  }
  return { about, summary: { files, bytes } };
}

function placeOf(work: string, name: string, file: string): string {
  if (isAbsolute(name) || normalize(name).split('/').includes('..')) throw notOurs(file);
  return join(work, name);
}

function readAbout(text: string, file: string): Manifest {
  const { success, data } = manifest.safeParse(JSON.parse(text));
  if (!success) throw notOurs(file);
  if (data.format > FORMAT) throw new PipelineError('FAILED_PRECONDITION', `The backup ${file} was made by a newer Millrace (${data.version}); restore it with that one.`);
  return data;
}

async function readText(entry: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Rows and stored Workflows hold absolute paths of artifacts. */
function relocate({ dataFolders }: Manifest, work: string, target: string): void {
  const froms = dataFolders.filter((folder) => folder !== target);
  if (froms.length === 0) return;
  const problem = plainPath(target);
  if (problem !== undefined) throw new PipelineError('INVALID_ARGUMENT', `The backup was made of ${dataFolders[0]} and can only be restored to another folder when its path is plain: ${target} contains ${problem}. Choose another folder, or restore to the same.`);
  // A longer name first: it may begin with a shorter one.
  const moves = froms.toSorted((a, b) => b.length - a.length).flatMap((folder) => spellings(`${folder}/artifacts`).map((from) => ({ from, to: `${target}/artifacts` })));
  relocateDatabase(join(work, 'millrace.db'), moves);
  const engine = join(work, 'engine', 'argo.db');
  if (existsSync(engine)) relocateStore(engine, moves);
}

/** How a path is written in JSON, in JSON within JSON, and so on. */
function spellings(path: string): string[] {
  const found = new Set([path]);
  for (let depth = 0; depth < 4; depth += 1) {
    for (const text of [...found]) {
      const json = JSON.stringify(text).slice(1, -1);
      found.add(json);
      // As Workflows have it: argoJson of the workflow compiler.
      found.add(json.replaceAll(/[{}\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`));
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function isOurs(error: unknown): boolean {
  return error instanceof PipelineError;
}

function notOurs(file: string): PipelineError {
  return new PipelineError('INVALID_ARGUMENT', `${file} is not a backup of Millrace.`);
}

function broken(file: string, cause?: unknown): PipelineError {
  return new PipelineError('INVALID_ARGUMENT', `The backup ${file} is not whole: it was cut off or changed. Use another one.`, { cause });
}

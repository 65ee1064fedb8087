import { constants, createWriteStream, existsSync } from 'node:fs';
import { lstat, mkdtemp, open, readlink, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PipelineError } from '@millrace/errors';
import { pack, type Pack } from 'tar-stream';
import type { DataFolder } from '../data-folder.js';
import { VERSION } from '../version.js';
import { listFiles } from './list-files.js';
import { END_NAME, FORMAT, MANIFEST_NAME, type Manifest } from './manifest.js';
import { snapshotDatabases } from './snapshot-databases.js';

export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes all of a data folder that cannot be made again into a tar file, while a server may be using it. The file is whole or absent.
 * Python environments are left out.
 */
export async function takeBackup(folder: DataFolder, target: string): Promise<BackupSummary> {
  if (!existsSync(folder.database)) throw new PipelineError('FAILED_PRECONDITION', `There is no Millrace data in ${folder.path}; name the data folder with --data-dir.`);
  if (existsSync(target)) throw new PipelineError('ALREADY_EXISTS', `The file ${target} exists already; choose another name.`);
  const real = await realpath(folder.path);
  const parent = await realpath(dirname(resolve(target))).catch(() => undefined);
  if (parent === undefined) throw new PipelineError('FAILED_PRECONDITION', `The folder ${dirname(resolve(target))} does not exist; make it, or choose another.`);
  if (!relative(real, parent).startsWith('..')) throw new PipelineError('INVALID_ARGUMENT', `The backup ${target} would be inside the data folder; choose a place outside ${folder.path}.`);

  const work = await mkdtemp(join(parent, '.millrace-backup-'));
  try {
    const copies = { product: join(work, 'millrace.db'), engine: join(work, 'argo.db') };
    await snapshotDatabases({ file: folder.database, copy: copies.product }, { file: join(folder.engine, 'argo.db'), copy: copies.engine });
    const archive = pack();
    const partial = join(work, 'backup.tar');
    const written = pipeline(archive, createWriteStream(partial, { mode: 0o600 }));
    const filled = fill(archive, folder, real, copies);
    // The one that fails is the cause; the other one waits for it for ever.
    const summary = await Promise.race([filled, written.then(() => filled)]).catch((error: unknown) => {
      archive.destroy();
      throw error;
    });
    await written;
    const file = await open(partial, 'r+');
    await file.sync().finally(() => file.close());
    await rename(partial, target);
    return summary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new PipelineError('FAILED_PRECONDITION', `The disk that ${target} is on is full; free some space, or choose another disk.`, { cause: error });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fill(archive: Pack, folder: DataFolder, real: string, copies: { readonly product: string; readonly engine: string }): Promise<BackupSummary> {
  const about: Manifest = { format: FORMAT, version: VERSION, createdAt: new Date().toISOString(), dataFolders: [...new Set([folder.path, real])] };
  await addText(archive, MANIFEST_NAME, JSON.stringify(about));
  let files = 0;
  let bytes = 0;
  const add = async (path: string, name: string): Promise<void> => {
    const size = await addFile(archive, path, name);
    if (size === undefined) return;
    files += 1;
    bytes += size;
  };
  await add(copies.product, 'millrace.db');
  await add(copies.engine, join('engine', 'argo.db'));
  for await (const { name, kind } of listFiles(folder)) {
    const path = join(folder.path, name);
    if (kind === 'file') await add(path, name);
    else if (kind === 'link') await addLink(archive, path, name);
    else await addEntry(archive, { name, type: 'directory' });
  }
  await addText(archive, END_NAME, JSON.stringify({ files }));
  archive.finalize();
  return { files, bytes };
}

type Entry = Parameters<Pack['entry']>[0];

function addEntry(archive: Pack, entry: Entry, content: string | Buffer = ''): Promise<void> {
  return new Promise((done, fail) => void archive.entry(entry, content, (error) => (error ? fail(error) : done())));
}

async function addText(archive: Pack, name: string, text: string): Promise<void> {
  await addEntry(archive, { name, mode: 0o600 }, Buffer.from(text));
}

async function addLink(archive: Pack, path: string, name: string): Promise<void> {
  const linkname = await readlink(path).catch(() => undefined);
  if (linkname !== undefined) await addEntry(archive, { name, type: 'symlink', linkname });
}

/** Returns its size; undefined when it is not there (any more). */
async function addFile(archive: Pack, path: string, name: string): Promise<number | undefined> {
  const info = await lstat(path).catch(() => undefined);
  if (info?.isFile() !== true) return undefined;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size, mode, mtime } = await file.stat();
    const entry = { name, size, mode: mode & 0o777, mtime };
    if (size === 0) {
      await addEntry(archive, entry);
      return 0;
    }
    await new Promise<void>((done, fail) => {
      const sink = archive.entry(entry, (error) => (error ? fail(error) : done()));
      pipeline(Readable.from(exactly(file, size)), sink).catch(fail);
    });
    return size;
  } finally {
    await file.close();
  }
}

/** As many bytes as were announced, whatever a task does to its file meanwhile; one that still runs begins anew after a restore. */
async function* exactly(file: Awaited<ReturnType<typeof open>>, size: number): AsyncGenerator<Buffer> {
  let at = 0;
  while (at < size) {
    const buffer = Buffer.allocUnsafe(Math.min(256 * 1024, size - at));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) buffer.fill(0);
    const chunk = bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
    at += chunk.length;
    yield chunk;
  }
}

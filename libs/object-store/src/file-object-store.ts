import { constants, createReadStream } from 'node:fs';
import { open, opendir, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { PipelineError } from '@millrace/errors';
import type { ObjectEntry, ObjectInfo, ObjectStore } from './object-store.js';

export interface FileObjectStoreOptions {
  /** Folders that hold every object; absolute, and may be made later. */
  readonly roots: readonly string[];
}

/** How many files a directory's size is summed over. */
const COUNTED_FILES = 10_000;
const DEFAULT_LIMIT = 1000;

const isMissing = (error: unknown) => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
const isBelow = (root: string, path: string) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

/** Objects that are files: a URI is the absolute path of a file or a folder below one of the roots. */
export class FileObjectStore implements ObjectStore {
  readonly #roots: readonly string[];

  constructor({ roots }: FileObjectStoreOptions) {
    for (const root of roots) if (!isAbsolute(root)) throw new PipelineError('INVALID_ARGUMENT', `The folder "${root}" of the object store is not an absolute path.`);
    this.#roots = roots.map((root) => resolve(root));
  }

  accepts(uri: string): boolean {
    return this.#rootOf(uri) !== undefined;
  }

  async stat(uri: string): Promise<ObjectInfo | undefined> {
    const path = await this.#realPath(uri);
    if (path === undefined) return undefined;
    try {
      const info = await stat(path);
      if (!info.isDirectory()) return { kind: 'file', sizeBytes: info.size, modifiedAt: info.mtime };
      let sizeBytes = 0;
      for await (const entry of walk(path, { count: COUNTED_FILES })) sizeBytes += entry.sizeBytes;
      return { kind: 'directory', sizeBytes, modifiedAt: info.mtime };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async read(uri: string, range?: { readonly start: number; readonly end?: number }): Promise<Readable> {
    const path = await this.#realPath(uri);
    const file = path === undefined ? undefined : await this.#open(path);
    if (!file) throw new PipelineError('NOT_FOUND', `There is no object at ${uri}.`);
    const end = range?.end;
    if (end !== undefined && end <= (range?.start ?? 0)) {
      await file.close();
      throw new PipelineError('INVALID_ARGUMENT', `The range ${range?.start}-${end} of ${uri} is empty.`);
    }
    return createReadStream('', { fd: file, start: range?.start ?? 0, ...(end !== undefined && { end: end - 1 }) });
  }

  async list(uri: string, options: { readonly limit?: number } = {}): Promise<readonly ObjectEntry[]> {
    const path = await this.#realPath(uri);
    if (path === undefined || !(await stat(path)).isDirectory()) throw new PipelineError('NOT_FOUND', `There is no folder at ${uri}.`);
    const limit = options.limit ?? DEFAULT_LIMIT;
    const entries: ObjectEntry[] = [];
    for await (const entry of walk(path, { count: limit })) entries.push(entry);
    return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async delete(uri: string): Promise<void> {
    this.#assertAccepted(uri);
    const path = resolve(uri);
    if (this.#roots.includes(path)) throw new PipelineError('INVALID_ARGUMENT', `${uri} is the whole object store; only what is in it can be deleted.`);
    const folder = await this.#realPath(dirname(path));
    // The name itself is not resolved: of a link, the link is removed and not what it leads to.
    if (folder !== undefined) await rm(join(folder, basename(path)), { recursive: true, force: true });
  }

  #rootOf(uri: string): string | undefined {
    if (!isAbsolute(uri) || uri.includes('\0') || uri.split(/[\\/]/).includes('..')) return undefined;
    const path = resolve(uri);
    return this.#roots.find((root) => isBelow(root, path));
  }

  #assertAccepted(uri: string): string {
    const root = this.#rootOf(uri);
    if (root === undefined) throw new PipelineError('INVALID_ARGUMENT', `${uri} is not in this object store: it takes absolute paths below ${this.#roots.join(', ')}, without "..".`);
    return root;
  }

  /** Where the object really is; undefined when it is not there. A link that leads out of the root is refused. */
  async #realPath(uri: string): Promise<string | undefined> {
    const root = this.#assertAccepted(uri);
    try {
      const [real, realRoot] = await Promise.all([realpath(resolve(uri)), realpath(root)]);
      if (!isBelow(realRoot, real)) throw new PipelineError('INVALID_ARGUMENT', `${uri} is a link that leads out of the object store.`);
      return real;
    } catch (error) {
      if (isMissing(error)) return undefined;
      if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw new PipelineError('INVALID_ARGUMENT', `${uri} is a link that leads to itself.`);
      throw error;
    }
  }

  /** Opens a regular file; a link that was put there since its path was resolved is not followed, and a pipe is not waited for. */
  async #open(path: string): Promise<FileHandle | undefined> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if ((await file.stat()).isFile()) return file;
    } catch (error) {
      if (!isMissing(error) && (error as NodeJS.ErrnoException).code !== 'ELOOP') throw error;
    }
    await file?.close();
    return undefined;
  }
}

/** The first `count` regular files below a folder; links are left out, so nothing outside is told of. */
async function* walk(root: string, { count }: { readonly count: number }): AsyncGenerator<ObjectEntry> {
  let left = count;
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined && left > 0; folder = folders.pop()) {
    for await (const entry of await opendir(folder)) {
      const path = resolve(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile()) continue;
      const info = await stat(path).catch(() => undefined);
      if (!info) continue;
      yield { kind: 'file', path: relative(root, path).split(sep).join('/'), sizeBytes: info.size, modifiedAt: info.mtime };
      left -= 1;
      if (left <= 0) return;
    }
  }
}

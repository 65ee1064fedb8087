import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, string>;
}

/**
 * The files of an exported site by the addresses they answer to. Only files that were there when it was read are ever found, so no
 * address leads anywhere else. A part of an address that no file is named after is a parameter, which the export calls `_`.
 */
export class PageTree {
  readonly #root: Folder;

  private constructor(root: Folder) {
    this.#root = root;
  }

  static async read(folder: string): Promise<PageTree> {
    return new PageTree(await readFolder(folder));
  }

  /** Path of the file for a decoded address; undefined when there is none. */
  find(address: string): string | undefined {
    const parts = address.split('/').filter((part) => part !== '');
    const last = parts.pop();
    if (last === undefined) return this.#root.files.get('index.html');
    return findIn(this.#root, parts, last);
  }

  get notFound(): string | undefined {
    return this.#root.files.get('404.html');
  }
}

function findIn(folder: Folder, parts: readonly string[], last: string): string | undefined {
  const [part, ...rest] = parts;
  if (part === undefined) return fileFor(folder, last);
  for (const name of [part, '_']) {
    const next = folder.folders.get(name);
    const found = next && findIn(next, rest, last);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fileFor({ files, folders }: Folder, last: string): string | undefined {
  const exact = files.get(last) ?? files.get(`${last}.html`) ?? folders.get(last)?.files.get('index.html');
  if (exact !== undefined) return exact;
  // The router asks for `<page>.txt` beside a page, and for `__next*.txt` in a folder of its name.
  if (last.startsWith('__next') || last === '_next') return undefined;
  return files.get(last.endsWith('.txt') ? '_.txt' : '_.html');
}

async function readFolder(path: string): Promise<Folder> {
  const folder: Folder = { folders: new Map(), files: new Map() };
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) folder.folders.set(entry.name, await readFolder(join(path, entry.name)));
    else if (entry.isFile()) folder.files.set(entry.name, join(path, entry.name));
  }
  return folder;
}

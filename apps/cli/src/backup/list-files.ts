import { opendir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFolder } from '../data-folder.js';

export interface FoundFile {
  /** Relative to the data folder. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/** What is worth keeping of an attempt; the rest is scratch. Its exit first: once that is there the others change no more. */
const OF_AN_ATTEMPT = ['exit.json', 'log', 'log.index', 'problem'];

/**
 * Everything beside the databases that a backup holds, in the order in which it must be read while tasks run: an attempt that has ended
 * before it is looked at has left its outputs before that. One that has not ended is left out: it runs anew.
 */
export async function* listFiles(folder: DataFolder): AsyncGenerator<FoundFile> {
  for (const workflow of await namesIn(join(folder.attempts, 'attempts'))) {
    for (const node of await namesIn(join(folder.attempts, 'attempts', workflow))) {
      const attempt = join('attempts', 'attempts', workflow, node);
      const names = new Set(await namesIn(join(folder.path, attempt)));
      if (!names.has('exit.json')) continue;
      // Those that were not there a moment ago have been written before the exit all the same.
      for (const name of OF_AN_ATTEMPT) yield { name: join(attempt, name), kind: 'file' };
    }
  }
  yield* below(folder.path, join('engine', 'pods'));
  yield* below(folder.path, 'artifacts');
  yield* below(folder.path, 'volumes');
  // Secrets are left out: whoever has a backup need not have them.
  yield* below(folder.path, 'config-maps');
  yield { name: '.sample-loaded', kind: 'file' };
}

async function* below(root: string, folder: string): AsyncGenerator<FoundFile> {
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    let empty = true;
    try {
      for await (const entry of await opendir(join(root, next))) {
        empty = false;
        const name = join(next, entry.name);
        if (entry.isDirectory()) folders.push(name);
        else if (entry.isFile()) yield { name, kind: 'file' };
        else if (entry.isSymbolicLink()) yield { name, kind: 'link' };
      }
    } catch (error) {
      // Removed meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      continue;
    }
    if (empty) yield { name: next, kind: 'folder' };
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

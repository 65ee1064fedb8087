import { lstat, opendir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeBytes } from '@millrace/object-store';
import { dataFolderAt } from '../data-folder.js';
import { readDataFolder, readDays } from '../settings.js';
import { findGarbage } from './find-garbage.js';

const DAY_MS = 86_400_000;
const YOUNG_MS = 3_600_000;

export interface GarbageFlags {
  readonly dataDir?: string;
  readonly remove?: boolean;
  readonly environments?: string;
}

/** `millrace gc`: says what nothing refers to any more, and with `--remove` removes it. */
export async function collectGarbage(flags: GarbageFlags): Promise<void> {
  const folder = dataFolderAt(readDataFolder(flags, process.env));
  const now = Date.now();
  const garbage = await findGarbage(folder, {
    before: new Date(now - YOUNG_MS),
    environmentsBefore: flags.environments === undefined ? undefined : new Date(now - readDays(flags.environments, '--environments') * DAY_MS),
  });
  let total = 0;
  for (const { path, kind } of garbage) {
    const bytes = await sizeOf(path);
    total += bytes;
    console.log(`${kind.padEnd(11)} ${describeBytes(bytes).padStart(9)}  ${path}`);
    if (flags.remove === true) await remove(path);
  }
  const what = `${garbage.length} folders, ${describeBytes(total)}`;
  if (garbage.length === 0) console.log('Nothing to remove.');
  else console.log(flags.remove === true ? `Removed ${what}.` : `${what}; nothing was removed: millrace gc --remove does.`);
}

/** Gone at once for whoever looks, then bit by bit. */
async function remove(path: string): Promise<void> {
  const aside = `${path}.removing`;
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
}

async function sizeOf(path: string): Promise<number> {
  let bytes = 0;
  for await (const entry of await opendir(path, { recursive: true })) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

import { resolve } from 'node:path';
import { describeBytes } from '@millrace/object-store';
import { dataFolderAt } from '../data-folder.js';
import { readDataFolder } from '../settings.js';
import { restoreBackup } from './restore-backup.js';
import { takeBackup } from './take-backup.js';

export interface BackupFlags {
  readonly dataDir?: string;
}

/** `millrace backup <file>` */
export async function backUp(file: string, flags: BackupFlags): Promise<void> {
  const folder = dataFolderAt(readDataFolder(flags, process.env));
  const { files, bytes } = await takeBackup(folder, resolve(file));
  console.log(`Backed up ${folder.path} to ${resolve(file)}: ${files} files, ${describeBytes(bytes)}.`);
}

/** `millrace restore <file>` */
export async function restore(file: string, flags: BackupFlags): Promise<void> {
  const target = readDataFolder(flags, process.env);
  const { files, bytes } = await restoreBackup(resolve(file), target);
  console.log(`Restored ${files} files, ${describeBytes(bytes)}, to ${target}. Start Millrace on it: runs that were in progress go on.`);
}

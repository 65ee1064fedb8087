import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../attempts/attempt-folder.js';
import type { AttemptSpec } from '../executor.js';

/** Why an attempt is being ended. Written before, so that whoever sees the end knows. */
export interface Ending {
  readonly reason: 'killed' | 'deadline';
  readonly message: string;
}

/** What is kept beside an attempt for the server after this one. All of it is read as absent when it is not whole. */
interface Files {
  'spec.json': AttemptSpec;
  'ending.json': Ending;
  /** Where the task's own output begins in its log, behind that of its init containers. */
  'main.json': { readonly logStart: number };
  /** The devices that it has. */
  'gpus.json': readonly string[];
}

export function writeRecord<Name extends keyof Files>(folder: string, name: Name, value: Files[Name]): void {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function readRecord<Name extends keyof Files>(folder: string, name: Name): Files[Name] | undefined {
  return readJson<Files[Name]>(join(folder, name));
}

/** Of an earlier beginning of the same attempt, which nothing came of. */
export function clearRecords(folder: string): void {
  for (const name of ['ending.json', 'main.json', 'gpus.json', 'log', 'log.index']) rmSync(join(folder, name), { force: true });
}

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AttemptExit, AttemptSpec } from '../executor.js';

/** Throws when an id could lead out of the folder: it comes from a stored object. */
export function attemptFolder(root: string, id: string): string {
  const parts = id.split('/');
  if (!parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part))) {
    throw new TypeError(`"${id}" cannot name an attempt; letters, digits, "-", "_", "." and "/" can.`);
  }
  return join(root, 'attempts', ...parts);
}

/** The file in which the end of an attempt is recorded. */
export function exitFile(folder: string): string {
  return join(folder, 'exit.json');
}

export function readExit(folder: string): AttemptExit | undefined {
  return readJson<AttemptExit>(exitFile(folder));
}

export function writeExit(folder: string, exit: AttemptExit): void {
  writeJson(exitFile(folder), exit, { durable: true });
}

/** False when it was there: what lies in it is of an earlier try. */
export function makeAttemptFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'ENOENT') throw error;
  }
  // One by one: Node's way of making all at once says ENOENT of a disk that is read-only.
  makeAttemptFolder(dirname(folder));
  return makeAttemptFolder(folder);
}

export function writeSpec(folder: string, spec: AttemptSpec): void {
  makeAttemptFolder(folder);
  writeJson(join(folder, 'spec.json'), spec, { durable: false });
}

/** Gives what an attempt left another name. What has the name already stays: it was done before. */
export function renameAttempt(root: string, id: string, as: string): void {
  const [from, to] = [attemptFolder(root, id), attemptFolder(root, as)];
  if (existsSync(from) && !existsSync(to)) renameSync(from, to);
}

export function hasExit(folder: string): boolean {
  // Empty it may be after a power failure, and then says nothing.
  return (statSync(exitFile(folder), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Whole or absent. */
function writeJson(path: string, value: unknown, { durable }: { durable: boolean }): void {
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(value));
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

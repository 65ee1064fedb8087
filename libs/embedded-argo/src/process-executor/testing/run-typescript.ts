import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a source file of these packages as a program, with what it prints on a pipe. */
export function runTypescript(file: URL, argument: string): ChildProcess {
  const hooks = new URL('resolve-typescript.mjs', import.meta.url).href;
  const flags = ['--no-warnings', '--experimental-transform-types', '--conditions', '@millrace/source', '--import', hooks];
  return spawn(process.execPath, [...flags, fileURLToPath(file), argument], { stdio: ['ignore', 'pipe', 'inherit'] });
}

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptExit, AttemptListener, AttemptSpec, Executor } from '../../executor.js';
import { attemptFolder } from '../attempt-folder.js';

/** A real executor in a folder of its own, and what it reported. */
export interface Bench<Handle extends Executor> {
  readonly folder: string;
  readonly executor: Handle;
  readonly progress: string[];
  readonly running: string[];
  /** Starts and waits for the exit. */
  run(spec: Partial<AttemptSpec>): Promise<AttemptExit>;
  start(spec: Partial<AttemptSpec> & { id: string }): Promise<AttemptExit>;
  exitOf(id: string): Promise<AttemptExit>;
  runningOf(id: string): Promise<void>;
  log(id: string): string;
  close(): Promise<void>;
}

export interface BenchOptions {
  /** @default a new one */
  readonly folder?: string;
  /** @default removed at the end */
  readonly keep?: boolean;
  /** @default python:3.11 */
  readonly image?: string;
}

let count = 0;

export async function openAttemptBench<Handle extends Executor>(make: (folder: string, listener: AttemptListener) => Promise<Handle>, options: BenchOptions = {}): Promise<Bench<Handle>> {
  const { image = 'python:3.11', folder = mkdtempSync(join(tmpdir(), 'millrace-executor-')) } = options;
  const exits = new Map<string, AttemptExit>();
  const waiting = new Map<string, ((exit: AttemptExit) => void)[]>();
  const waitingToRun = new Map<string, (() => void)[]>();
  const progress: string[] = [];
  const running: string[] = [];
  const executor = await make(folder, {
    onRunning(id) {
      running.push(id);
      for (const go of waitingToRun.get(id) ?? []) go();
    },
    onExit(id, exit) {
      exits.set(id, exit);
      for (const resolve of waiting.get(id) ?? []) resolve(exit);
      waiting.delete(id);
    },
    onProgress: (_, message) => void progress.push(message),
  });
  const exitOf = (id: string): Promise<AttemptExit> => {
    const known = exits.get(id);
    return known ? Promise.resolve(known) : new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
  };
  const start = (spec: Partial<AttemptSpec> & { id: string }): Promise<AttemptExit> => {
    executor.start({ image, command: [], args: [], env: {}, mounts: [], ...spec });
    return exitOf(spec.id);
  };
  return {
    folder,
    executor,
    progress,
    running,
    exitOf,
    start,
    run: (spec) => start({ id: `workflow/node-${(count += 1)}`, ...spec }),
    runningOf: (id) => (running.includes(id) ? Promise.resolve() : new Promise((resolve) => waitingToRun.set(id, [...(waitingToRun.get(id) ?? []), resolve]))),
    log(id) {
      const file = join(attemptFolder(folder, id), 'log');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    async close() {
      await executor.close();
      if (!options.keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

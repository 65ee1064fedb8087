import { openAttemptBench, type Bench as AttemptBench, type BenchOptions } from '../../attempts/testing/attempt-bench.js';
import { createProcessExecutor, type ProcessExecutorHandle, type ProcessExecutorOptions } from '../create-process-executor.js';
import { ENVIRONMENT_FOLDER } from './python-environment.js';

/** A real executor of processes in a folder of its own, and what it reported. */
export type Bench = AttemptBench<ProcessExecutorHandle>;

export function openBench({ keep, folder, ...options }: Partial<ProcessExecutorOptions> & BenchOptions = {}): Promise<Bench> {
  const make = (at: string, listener: ProcessExecutorOptions['listener']) =>
    createProcessExecutor({
      environmentFolders: [ENVIRONMENT_FOLDER],
      hostEnvironment: process.env,
      log: { info: () => undefined, warn: () => undefined },
      graceMs: 1_000,
      idleMs: 500,
      resolveAttempt: (ref) => `${ref.workflow}/${ref.nodeId}`,
      ...options,
      folder: at,
      listener,
    });
  return openAttemptBench(make, { keep, folder });
}

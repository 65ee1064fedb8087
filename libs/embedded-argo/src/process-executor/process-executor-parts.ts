import type { GpuLeases } from '../attempts/gpu-leases.js';
import type { AttemptListener } from '../executor.js';
import type { Environment, Environments } from './environments.js';
import type { PipInstall } from './requirements.js';
import type { Supervisors } from './supervisors.js';

/** What the executor works with; all of it complete. */
export interface ProcessExecutorParts {
  readonly folder: string;
  readonly listener: AttemptListener;
  readonly environments: Environments;
  /** Used by plain commands when the default environment cannot be made. */
  readonly bareEnvironment: Environment;
  readonly supervisors: Supervisors;
  readonly gpus: GpuLeases;
  readonly sdk: PipInstall;
  readonly path: string;
  readonly visible: readonly string[];
  readonly taskEnvironment: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly log: ExecutorLog;
  readonly failpoint?: (name: string) => void;
}

/** Any logger has these. */
export interface ExecutorLog {
  info(message: string): void;
  warn(message: string): void;
}

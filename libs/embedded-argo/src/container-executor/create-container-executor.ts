import { mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { GpuLeases } from '../attempts/gpu-leases.js';
import type { AttemptListener, Mount } from '../executor.js';
import { ContainerExecutor } from './container-executor.js';
import { EngineClient } from './engine-client.js';
import type { ContainerEngine } from './find-container-engine.js';
import { Images } from './images.js';
import { ownerOf } from './pod-names.js';

export interface ContainerExecutorOptions {
  /** Where attempts and their logs are kept; made with mode 0700. */
  readonly folder: string;
  readonly listener: AttemptListener;
  readonly engine: ContainerEngine;
  /** The user's own environment, for the engine's command. Nothing of it reaches a task. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Folders that tasks see at their own paths. @default none */
  readonly shared?: readonly Mount[];
  /** Variables for every task; a task's own come after. @default {} */
  readonly taskEnvironment?: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL. @default 10 s */
  readonly graceMs?: number;
  /** @default none */
  readonly gpus?: GpuLeases;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
}

/**
 * Runs attempts as containers. Those that an earlier server left running are adopted, and what nobody waits for is removed, before
 * this resolves. Rejects when the engine does not answer.
 */
export async function createContainerExecutor(options: ContainerExecutorOptions): Promise<ContainerExecutor> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const client = new EngineClient(options.engine, options.hostEnvironment);
  const executor = new ContainerExecutor({
    setting: {
      folder: options.folder,
      owner: ownerOf(options.folder),
      client,
      images: new Images(client),
      shared: options.shared ?? [],
      taskEnvironment: options.taskEnvironment ?? {},
      user: userOf(options.engine),
      graceMs: options.graceMs ?? 10_000,
      noInit: false,
    },
    listener: options.listener,
    gpus: options.gpus ?? new GpuLeases([]),
    log: options.log,
    failpoint: options.failpoint,
  });
  await executor.adopt();
  return executor;
}

/** Whoever started this: what tasks leave has to be theirs. An engine without root's rights makes them of its root. */
function userOf({ rootless }: ContainerEngine): string {
  const { uid, gid } = userInfo();
  return rootless || uid < 0 ? '0:0' : `${uid}:${gid}`;
}

import { PipelineError } from '@millrace/errors';
import type { TaskLogs } from '@millrace/resources';
import { GpuLeases } from '../attempts/gpu-leases.js';
import { createContainerExecutor } from '../container-executor/create-container-executor.js';
import { findContainerEngine, type ContainerEngine } from '../container-executor/find-container-engine.js';
import type { Mount } from '../executor.js';
import { createProcessExecutor, type ProcessExecutorOptions } from '../process-executor/create-process-executor.js';
import type { ExecutorMode } from './choose-executor.js';
import { ChoosingExecutor, type Containers, type LiveExecutor } from './choosing-executor.js';

export interface ExecutorOptions extends ProcessExecutorOptions {
  readonly mode: ExecutorMode;
  /** Name or path of the command that runs containers. @default docker, then podman */
  readonly containerEngine?: string;
  /** Folders that containers see at their own paths. @default none */
  readonly shared?: readonly Mount[];
}

export type ExecutorHandle = LiveExecutor & {
  readonly logs: TaskLogs;
  /** Makes the first Python task as quick as the next. */
  warm(): Promise<void>;
  /** What runs containers now, with its version, or why nothing does. */
  containers(): { readonly engine: string } | { readonly missing: string };
};

const LOOK_AGAIN_MS = 5_000;
const NOT_WANTED = 'everything is to run as processes (--executor process)';

/**
 * Processes, and containers where there is an engine. What an earlier server left running is adopted before this resolves. Rejects with
 * FAILED_PRECONDITION when there is no usable Python, or when everything is to be a container and there is no engine.
 */
export async function createExecutor(options: ExecutorOptions): Promise<ExecutorHandle> {
  const { mode, log, listener, folder, hostEnvironment } = options;
  const gpus = new GpuLeases(options.gpuDevices ?? [], options.accelerators);
  const [processes, containers] = await Promise.all([createProcessExecutor({ ...options, gpus }), mode === 'process' ? undefined : openContainers()]);
  if (mode === 'container' && containers?.executor === undefined) {
    await processes.close();
    throw new PipelineError('FAILED_PRECONDITION', `--executor container needs docker or podman, but ${containers?.missing}. Start one of them, or leave --executor out.`);
  }
  const executor = new ChoosingExecutor({ mode, processes, log, containers: containers ?? { executor: undefined, missing: NOT_WANTED, lookAgain: () => undefined } });
  return Object.assign(executor, { logs: processes.logs, warm: () => processes.warm(), containers: () => (containers?.engine ? { engine: `${containers.engine.kind} ${containers.engine.version}` } : { missing: containers?.missing ?? NOT_WANTED }) });

  async function openContainers(): Promise<Containers & { readonly engine: ContainerEngine | undefined }> {
    const found: { executor?: LiveExecutor; engine?: ContainerEngine; missing: string } = { missing: '' };
    let lookedAt = 0;
    const look = async (): Promise<void> => {
      lookedAt = Date.now();
      const search = await findContainerEngine({ hostEnvironment, program: options.containerEngine });
      if ('missing' in search) {
        found.missing = search.missing;
        return;
      }
      try {
        const executor = await createContainerExecutor({
          folder,
          listener,
          log,
          hostEnvironment,
          engine: search.engine,
          shared: options.shared,
          taskEnvironment: options.taskEnvironment,
          graceMs: options.graceMs,
          gpus,
          failpoint: options.failpoint,
        });
        Object.assign(found, { executor, engine: search.engine });
      } catch (error) {
        found.missing = `${search.engine.kind} does not answer (${(error as Error).message})`;
      }
    };
    await look();
    return {
      get executor() {
        return found.executor;
      },
      get engine() {
        return found.engine;
      },
      get missing() {
        return found.missing;
      },
      lookAgain() {
        if (found.executor === undefined && Date.now() - lookedAt > LOOK_AGAIN_MS) void look();
      },
    };
  }
}

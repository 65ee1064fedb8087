import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { PipelineError } from '@millrace/errors';
import type { TaskLogs } from '@millrace/resources';
import type { AttemptListener, Executor } from '../executor.js';
import { type AttemptResolver, createAttemptLogs } from '../attempts/attempt-logs.js';
import { checkPython, type PythonCheck } from './check-python.js';
import { createEnvironments, type Environment } from './environments.js';
import { GpuLeases } from '../attempts/gpu-leases.js';
import type { Accelerators } from '../pod/devices.js';
import { ProcessExecutor } from './process-executor.js';
import type { ExecutorLog } from './process-executor-parts.js';
import { defaultPythonFolder } from './python-folder.js';
import { type PipInstall, normaliseRequirements } from './requirements.js';
import { createSupervisors } from './supervisors.js';

export interface ProcessExecutorOptions {
  /** Where attempts, their logs and their supervisors are kept; made with mode 0700. */
  readonly folder: string;
  readonly listener: AttemptListener;
  /** Which attempt a log reference means; usually `attemptId(uid of the workflow, nodeId)`. */
  readonly resolveAttempt: AttemptResolver;
  /** Folders of environments, looked up in order; a new one is made in the first that can be written. */
  readonly environmentFolders: readonly string[];
  /** The user's own environment: to find Python, and for pip. Nothing of it reaches a task. */
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  readonly log: ExecutorLog;
  /** Name or path of the interpreter, or the result of an earlier `checkPython`. @default found in PATH */
  readonly python?: string | PythonCheck;
  /** Folders that tasks must reach at their own path though each has a /tmp of its own; the data folder above all. @default [folder] */
  readonly visible?: readonly string[];
  /** Where tasks look for programs, after their environment. @default PATH of hostEnvironment, its absolute folders */
  readonly path?: string;
  /** Variables for every task; a task's own come after. @default {} */
  readonly taskEnvironment?: Readonly<Record<string, string>>;
  /** Between SIGTERM and SIGKILL. @default 10 s */
  readonly graceMs?: number;
  /** A supervisor without server and work ends after this long. @default 10 s */
  readonly idleMs?: number;
  /** A private root for each task where the system can; false relocates paths instead. @default true */
  readonly privateRoot?: boolean;
  /** Identifiers for CUDA_VISIBLE_DEVICES. @default none */
  readonly gpuDevices?: readonly string[];
  /** What becomes of tasks that ask for more accelerators than there are. @default required */
  readonly accelerators?: Accelerators;
  /** Where they are shared with another executor. @default gpuDevices, for this one alone */
  readonly gpus?: GpuLeases;
  /** What a component gets that expects the SDK in its image, and plain commands' Python has. @default kfp 2.17.0 without its dependencies */
  readonly sdk?: PipInstall;
  /** @default beside the code */
  readonly pythonFolder?: string;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
  /** Where the first supervisor that is started is to die; for tests. @default nowhere */
  readonly supervisorFailpoint?: { readonly name: string; readonly nth: number };
}

export type { ExecutorLog } from './process-executor-parts.js';

/** The executor, with what only this one has. */
export type ProcessExecutorHandle = Executor & {
  readonly logs: TaskLogs;
  /** Attempts that run or are being prepared; after a restart, those that were adopted. */
  live(): readonly string[];
  /** Starts the default environment's supervisor if the environment exists, so that the first task is as quick as the next. */
  warm(): Promise<void>;
};

/** What every lightweight component of the current SDK needs. */
export const DEFAULT_SDK: PipInstall = ['kfp==2.17.0', '--no-deps'];
const STANDARD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs attempts as processes of this machine. Attempts that an earlier server left running are adopted, and what died
 * is put in order, before this resolves. Rejects with FAILED_PRECONDITION when there is no usable Python.
 */
export async function createProcessExecutor(options: ProcessExecutorOptions): Promise<ProcessExecutorHandle> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  chmodSync(options.folder, 0o700);
  const pythonFolder = options.pythonFolder ?? defaultPythonFolder();
  const { hostEnvironment } = options;
  const python = typeof options.python === 'object' ? options.python : await checkPython({ python: options.python, hostEnvironment, pythonFolder });
  if (!python.ok) throw new PipelineError('FAILED_PRECONDITION', python.message);

  const sdk = options.sdk ?? DEFAULT_SDK;
  const graceMs = options.graceMs ?? 10_000;
  const bareEnvironment: Environment = { key: 'bare', folder: dirname(dirname(python.path)), python: python.path };
  const environments = createEnvironments({ python, pythonFolder, folders: options.environmentFolders, hostEnvironment });
  const supervisors = createSupervisors({
    root: options.folder,
    settings: { pythonFolder, graceMs, idleMs: options.idleMs ?? 10_000, privateRoot: options.privateRoot ?? true, preload: ['kfp.dsl.executor_main'] },
    failpoint: options.supervisorFailpoint,
    onEvent: (event) => executor.onEvent(event),
    onGone: (attempts) => executor.onGone(attempts),
  });
  const executor = new ProcessExecutor({
    folder: options.folder,
    listener: options.listener,
    environments,
    bareEnvironment,
    supervisors,
    gpus: options.gpus ?? new GpuLeases(options.gpuDevices ?? [], options.accelerators),
    sdk: normaliseRequirements([sdk]).pip[0] ?? DEFAULT_SDK,
    path: options.path ?? absoluteFolders(hostEnvironment['PATH']),
    // The interpreter may live under /tmp, when someone tries things out.
    visible: [...new Set([...(options.visible ?? []), options.folder, ...options.environmentFolders, bareEnvironment.folder])].filter((path) => path !== '/'),
    taskEnvironment: options.taskEnvironment ?? {},
    graceMs,
    log: options.log,
    failpoint: options.failpoint,
  });
  await executor.adopt();
  return Object.assign(executor, { logs: createAttemptLogs(options.folder, options.resolveAttempt) });
}

/** Makes the environment of these `pip install` calls in the first writable folder, or finds it. For build steps. Rejects with pip's reason. */
export async function buildEnvironment(
  options: Pick<ProcessExecutorOptions, 'environmentFolders' | 'hostEnvironment' | 'python' | 'pythonFolder'> & {
    /** @default the SDK alone, which is the default environment */
    readonly pip?: readonly PipInstall[];
    readonly onProgress?: (message: string) => void;
  },
): Promise<Environment> {
  const pythonFolder = options.pythonFolder ?? defaultPythonFolder();
  const { hostEnvironment } = options;
  const python = typeof options.python === 'object' ? options.python : await checkPython({ python: options.python, hostEnvironment, pythonFolder });
  if (!python.ok) throw new PipelineError('FAILED_PRECONDITION', python.message);
  const environments = createEnvironments({ python, pythonFolder, folders: options.environmentFolders, hostEnvironment });
  return environments.ensure(normaliseRequirements(options.pip ?? [DEFAULT_SDK]), options.onProgress ?? (() => undefined));
}

function absoluteFolders(path: string | undefined): string {
  const folders = (path ?? '').split(':').filter((folder) => folder.startsWith('/') && !folder.endsWith('node_modules/.bin'));
  return [...new Set([...folders, ...STANDARD_PATH.split(':')])].join(':');
}

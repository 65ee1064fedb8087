/**
 * Runs one pod as something on this machine. The reconciler decides what to start and what an exit means; an executor only runs,
 * records and reports. Implementations: process-executor/ and container-executor/, and executor-choice/ over both.
 */

export interface Mount {
  /** Absolute folder or file on the machine; made (mode 0700) when it is missing and `create` is set. */
  readonly source: string;
  /** Absolute path at which the task sees it. */
  readonly target: string;
  readonly readOnly?: boolean;
  readonly create?: boolean;
  /**
   * Paths below the target that the task is to leave, and that are in `source` once it has ended. To the task the target is as if nothing were mounted
   * there: what an image or the machine has in it stays visible. It may be "/".
   */
  readonly outputs?: readonly string[];
}

/** One container of a pod. What a process has no use for (pull policy, limits) is honoured by executors of containers alone. */
export interface ContainerSpec {
  readonly image: string;
  /** Empty: the image's own entrypoint. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** The whole environment the task asked for; the executor adds PATH, HOME, TMPDIR and its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose values are not to be written down, neither in `env` nor where they were put into arguments. */
  readonly secretNames?: readonly string[];
  readonly workingDir?: string;
  readonly mounts: readonly Mount[];
  /** @default IfNotPresent */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /** Fractions of a core, and bytes. */
  readonly limits?: { readonly cpus?: number; readonly memoryBytes?: number };
}

/** A container beside the main one, in the same network; all of them end with it. */
export interface Companion extends ContainerSpec {
  /** Unique in the pod; not "main". */
  readonly name: string;
  /**
   * `init`: runs to its end, and well, before what comes after it in the list. `early-sidecar`: is running before what comes after it
   * (an init container that restarts always). `sidecar`: is started with the main container.
   */
  readonly role: 'init' | 'early-sidecar' | 'sidecar';
}

/** All that is needed to run an attempt, as plain JSON: it is written beside the attempt before it starts. The container is the pod's main one. */
export interface AttemptSpec extends ContainerSpec {
  /** Unique for ever: `<workflow uid>/<pod node id>`. Safe as a relative path. */
  readonly id: string;
  /** Killed with reason `deadline` this long after the process started. */
  readonly deadlineMs?: number;
  /** How many of which, by the names of Kubernetes: `nvidia.com/gpu`. */
  readonly devices?: Readonly<Record<string, number>>;
  /** Say whose the attempt is: the run, the task. Put on its containers. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The pod's other containers, in their order. Refused by an executor of processes. */
  readonly companions?: readonly Companion[];
}

/** What decides whether something can run here. */
export type Runnable = Pick<AttemptSpec, 'image' | 'command' | 'args'> & Partial<Pick<AttemptSpec, 'mounts' | 'companions'>>;

export interface AttemptExit {
  /** `exited`: the process ended by itself; `killed`: we ended it; `lost`: nobody saw its end; `refused`: it never started. */
  readonly reason: 'exited' | 'killed' | 'deadline' | 'lost' | 'refused';
  /** 128 + signal when a signal ended it; absent for `lost` and `refused`. */
  readonly exitCode?: number;
  /** One sentence for a person, naming cause and remedy; absent for exit code 0. */
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt: number;
}

export type AttemptState = 'preparing' | 'running' | 'exited';

export interface AttemptListener {
  /** The process exists. Called at most once. */
  onRunning(id: string, startedAt: number): void;
  /** The attempt is over and its exit is recorded durably. Called exactly once for each `start` or adopted attempt. */
  onExit(id: string, exit: AttemptExit): void;
  /** What it waits for, in a few words ("installing pandas==2.2 …"); for the page. */
  onProgress?(id: string, message: string): void;
}

export interface Executor {
  /** Why this spec cannot run here, with the remedy; undefined when it can. No side effects. */
  refusal(spec: Runnable): string | undefined;
  /** Begins an attempt. Idempotent by id: a known attempt is adopted, one with a recorded exit is reported again, never repeated. */
  start(spec: AttemptSpec): void;
  /** Ends the attempt's whole process group: SIGTERM, then SIGKILL after the grace period. Unknown ids are ignored. */
  kill(id: string, options?: { readonly graceMs?: number }): void;
  /** Recorded state of an attempt from before a restart. */
  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined;
  /** What the main program of an attempt that ended wrote to its standard output; at most its last `limitBytes`. */
  standardOutput(id: string, limitBytes: number): Promise<string>;
  /** Keeps what an attempt that is over left, its log above all, under another id; the first becomes unknown. Unknown ids are ignored. */
  setAside(id: string, as: string): void;
  /** Removes what an attempt left, its log included. */
  forget(id: string): Promise<void>;
  /** Ends every attempt (recording none of them as an exit, so that a restart runs them anew) and every helper process. */
  close(): Promise<void>;
}

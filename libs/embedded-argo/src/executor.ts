/**
 * Runs one container of one pod as something on this machine. The reconciler decides what to start and what an exit means;
 * an executor only runs, records and reports. Implementations: process-executor/ (a container engine comes later).
 */

export interface Mount {
  /** Absolute folder or file on the machine; made (mode 0700) when it is missing and `create` is set. */
  readonly source: string;
  /** Absolute path at which the task sees it. */
  readonly target: string;
  readonly readOnly?: boolean;
  readonly create?: boolean;
}

/** All that is needed to run an attempt, as plain JSON: it is written beside the attempt before it starts. */
export interface AttemptSpec {
  /** Unique for ever: `<workflow uid>/<pod node id>`. Safe as a relative path. */
  readonly id: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** The whole environment the task asked for; the executor adds PATH, HOME, TMPDIR and its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly mounts: readonly Mount[];
  /** Killed with reason `deadline` this long after the process started. */
  readonly deadlineMs?: number;
  readonly gpus?: number;
}

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
  refusal(spec: Pick<AttemptSpec, 'image' | 'command' | 'args'>): string | undefined;
  /** Begins an attempt. Idempotent by id: a known attempt is adopted, one with a recorded exit is reported again, never repeated. */
  start(spec: AttemptSpec): void;
  /** Ends the attempt's whole process group: SIGTERM, then SIGKILL after the grace period. Unknown ids are ignored. */
  kill(id: string, options?: { readonly graceMs?: number }): void;
  /** Recorded state of an attempt from before a restart. */
  lookup(id: string): { readonly state: AttemptState; readonly exit?: AttemptExit } | undefined;
  /** Removes what an attempt left, its log included. */
  forget(id: string): Promise<void>;
  /** Ends every attempt (recording none of them as an exit, so that a restart runs them anew) and every helper process. */
  close(): Promise<void>;
}

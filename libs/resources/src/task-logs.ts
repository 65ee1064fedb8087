/** The log of one attempt: one pod on a cluster, one process on a laptop. */
export interface TaskLogRef {
  readonly namespace: string;
  readonly workflow: string;
  /** Id of the attempt's Pod node in `status.nodes`. */
  readonly nodeId: string;
  /** Which try of the run it is, by any count: a retry makes attempts under ids that others had. @default the only one */
  readonly generation?: number;
  /** The folder in the object store where the engine puts the logs of the run's attempts, when it puts them there. */
  readonly storedUnder?: string;
  /** The address of this attempt's stored log, where it is known. */
  readonly storedAt?: string;
}

export interface LogLine {
  /** 1 for the first line. */
  readonly number: number;
  /** Byte offset of the line's start. */
  readonly offset: number;
  /** Milliseconds since the epoch at which the line was read; absent where the substrate does not tell. */
  readonly time?: number;
  readonly stream?: 'stdout' | 'stderr';
  /** Text without its line end; bytes that are not UTF-8 become U+FFFD; cut at 16 KiB. */
  readonly text: string;
}

export interface LogReadOptions {
  /** Byte offset of a line's start, `'tail'` for the last `limitBytes`. @default 0 */
  readonly from?: number | 'tail';
  /** @default 262144, at most 1 MiB */
  readonly limitBytes?: number;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  /** Where the next page starts; equal to the start when nothing more is there yet. */
  readonly nextOffset: number;
  readonly sizeBytes: number;
  /** True when the attempt has ended and `nextOffset` is the end. */
  readonly complete: boolean;
}

/** Logs of attempts, readable while they run and for as long as their run exists. Memory is bounded by `limitBytes`. */
export interface TaskLogs {
  /** NOT_FOUND when the attempt is unknown; an attempt that has not written yet has an empty page. */
  read(ref: TaskLogRef, options?: LogReadOptions): Promise<LogPage>;
  /** Pages as they are written, from `from` until the attempt ends or `signal` aborts. Empty pages are not yielded. */
  follow(ref: TaskLogRef, options: { readonly from?: number; readonly signal: AbortSignal }): AsyncIterable<LogPage>;
  /** The raw bytes, for a download. */
  open(ref: TaskLogRef): Promise<{ readonly stream: NodeJS.ReadableStream; readonly sizeBytes?: number }>;
}

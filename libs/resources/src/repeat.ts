import { setTimeout as sleep } from 'node:timers/promises';

export interface RepeatOptions {
  /** @default at once */
  readonly firstAfterMs?: number;
  /** From the end of one to the beginning of the next. */
  readonly everyMs: number;
  /** Ends it: nothing is begun any more. */
  readonly signal: AbortSignal;
}

/**
 * Does `work`, which must not reject, again and again until the signal or until it says `done`. Resolves when nothing is in progress any more. Waiting does
 * not keep the process.
 */
export async function repeat(work: () => Promise<void | 'done'>, { firstAfterMs = 0, everyMs, signal }: RepeatOptions): Promise<void> {
  const wait = (ms: number): Promise<boolean> => sleep(ms, true, { signal, ref: false }).catch(() => false);
  if (firstAfterMs > 0 && !(await wait(firstAfterMs))) return;
  while (!signal.aborted && (await work()) !== 'done') if (!(await wait(everyMs))) return;
}

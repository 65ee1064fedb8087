import { setTimeout as sleep } from 'node:timers/promises';
import { isPipelineError } from '@millrace/errors';
import type { Log } from './log.js';

export interface WaitOptions {
  /** What is waited for, as it follows "waiting for". */
  readonly what: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Worth waiting for. @default UNAVAILABLE */
  readonly isTransient?: (error: unknown) => boolean;
}

const EVERY_MS = 1_000;
const REPEAT_LOG = 30;

/** Tries until it works, once a second; what waiting cannot mend is thrown. */
export async function waitUntil<Result>({ what, log, signal, isTransient = isAway }: WaitOptions, attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 0; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (count % REPEAT_LOG === 0) log('warn', `waiting for ${what}`, { error: (error as Error).message });
    }
    await sleep(EVERY_MS, undefined, { signal });
  }
}

export function isAway(error: unknown): boolean {
  return isPipelineError(error) && error.code === 'UNAVAILABLE';
}

import { repeat } from '@millrace/resources';

export interface DailyOptions {
  /** @default 2 minutes, when whoever started the server has seen what they came for */
  readonly firstAfterMs?: number;
  /** @default a day */
  readonly everyMs?: number;
}

/**
 * Does `work`, which must not reject, soon after the start and then every day. The returned function ends that: the signal tells what is in progress, which it
 * waits for.
 */
export function everyDay(work: (signal: AbortSignal) => Promise<void>, { firstAfterMs = 120_000, everyMs = 86_400_000 }: DailyOptions): () => Promise<void> {
  const ending = new AbortController();
  const over = repeat(() => work(ending.signal), { firstAfterMs, everyMs, signal: ending.signal });
  return () => {
    ending.abort();
    return over;
  };
}

export interface DailyOptions {
  /** @default 2 minutes, when whoever started the server has seen what they came for */
  readonly firstAfterMs?: number;
  /** From the end of one to the next. @default a day */
  readonly everyMs?: number;
}

/** Does `work`, which does not reject, soon after the start and then every day. The returned function ends that, and waits for what is in progress. */
export function everyDay(work: () => Promise<void>, { firstAfterMs = 120_000, everyMs = 86_400_000 }: DailyOptions): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();
  const arm = (ms: number): void => {
    timer = setTimeout(() => {
      running = work().then(() => void (stopped || arm(everyMs)));
    }, ms);
    timer.unref();
  };
  arm(firstAfterMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

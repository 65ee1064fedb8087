/** Time as the engine sees it: an argument, so that tests can hold and move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once, at or after `atMs`. The returned function cancels it. */
  at(atMs: number, fire: () => void): () => void;
}

// setTimeout takes at most this; longer waits are made of several.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, fire) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const wait = Math.max(0, atMs - Date.now());
      timer = setTimeout(() => (atMs - Date.now() > 0 ? arm() : fire()), Math.min(wait, LONGEST_TIMEOUT_MS));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with milliseconds: the form of every time in a Workflow. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

export function fromTimestamp(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

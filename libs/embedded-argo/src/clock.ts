/** Time as the engine sees it: an argument, so that tests can hold and move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once, at or after `atMs`; when the clock is set back, after as long as there was to wait. The returned function cancels it. */
  at(atMs: number, fire: () => void): () => void;
}

/** How late a jump of the time of day, or a sleep of the machine, is noticed. */
const LOOK_AGAIN_MS = 30_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, fire) {
    let timer: NodeJS.Timeout;
    // The time of day may be set back; what was to be waited for does not grow with that.
    const latest = performance.now() + (atMs - Date.now());
    const left = (): number => Math.min(atMs - Date.now(), latest - performance.now());
    const arm = (): void => {
      timer = setTimeout(() => (left() > 0 ? arm() : fire()), Math.min(Math.max(0, Math.ceil(left())), LOOK_AGAIN_MS));
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

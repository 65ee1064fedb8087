import { nextSlot, type ScheduleTrigger } from '@millrace/scheduling';

const HOUR_MS = 3_600_000;

export interface BusyDay {
  /** Midnight by the browser's clock. */
  readonly start: Date;
  /** For each hour of the clock, whether a run is due in it. */
  readonly hours: readonly boolean[];
}

/** The week that begins today: in which hours runs are due. Hours that are over are idle. */
export function busyHours(trigger: ScheduleTrigger, { now, createdAt, timeZone }: { readonly now: number; readonly createdAt: number; readonly timeZone: string }): BusyDay[] {
  const today = new Date(now);
  const first = (after: number): number | undefined => nextSlot({ trigger, createdAt, lastSlot: after, now: Number.POSITIVE_INFINITY, noCatchup: false, timeZone });
  return Array.from({ length: 7 }, (_, day) => {
    const start = new Date(today.getFullYear(), today.getMonth(), today.getDate() + day);
    const hours = Array.from({ length: 24 }, (_hour, hour) => {
      const begin = start.getTime() + hour * HOUR_MS;
      const end = begin + HOUR_MS;
      if (end <= now) return false;
      const slot = first(Math.max(begin - 1000, now));
      return slot !== undefined && slot < end;
    });
    return { start, hours };
  });
}

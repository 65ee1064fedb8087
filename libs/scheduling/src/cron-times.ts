import { Cron } from 'croner';
import type { CronFields } from './parse-cron.js';

/**
 * The times of a cron expression. Across daylight saving a time of the day that does not exist is taken right after the gap, and one that
 * exists twice counts once unless the hour is a star: every day has its run, and only one.
 */
export interface CronTimes {
  /** The first time after `ms`; undefined when there is none. */
  after(ms: number): number | undefined;
  /** The last time at or before `ms`; undefined when there is none. */
  atOrBefore(ms: number): number | undefined;
}

/** Times of `expression` by the clocks of its own time zone, else of `timeZone`. */
export function cronTimes(expression: CronFields, timeZone: string): CronTimes {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, bothDays } = expression;
  const wide = (values: readonly number[], size: number): string => (values.length === size ? '*' : values.join(','));
  const pattern = [wide(second, 60), wide(minute, 60), wide(hour, 24), wide(dayOfMonth, 31), wide(month, 12), wide(dayOfWeek, 7)].join(' ');
  const cron = new Cron(pattern, { paused: true, mode: '6-part', timezone: expression.timeZone ?? timeZone, domAndDow: bothDays });
  return {
    after: (ms) => cron.nextRun(new Date(wholeSecond(ms)))?.getTime(),
    atOrBefore: (ms) => cron.previousRuns(1, new Date(wholeSecond(ms) + 1000))[0]?.getTime(),
  };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

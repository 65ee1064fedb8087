import { cronTimes } from './cron-times.js';
import { parseCron } from './parse-cron.js';
import type { ScheduleTrigger } from './scheduled-workflow.js';

/** A slot is a time at which a schedule has a run: milliseconds since the epoch, whole seconds. */
export interface SlotQuery {
  readonly trigger: ScheduleTrigger;
  readonly createdAt: number;
  /** The last slot that was dealt with. */
  readonly lastSlot?: number;
  readonly now: number;
  /** Of several missed slots only the latest counts. */
  readonly noCatchup: boolean;
  /** Of cron expressions that name none. */
  readonly timeZone: string;
}

/**
 * The next slot to deal with: in the past or now when it is due, in the future when it is to be waited for, undefined when none comes any
 * more. Slots of an interval are counted from the start, so that they do not drift; the first is one interval after it. Without a trigger
 * the only slot is the creation.
 */
export function nextSlot({ trigger, createdAt, lastSlot, now, noCatchup, timeZone }: SlotQuery): number | undefined {
  const { cronSchedule, periodicSchedule } = trigger;
  const schedule = cronSchedule ?? periodicSchedule;
  if (schedule === undefined) return lastSlot === undefined ? wholeSecond(createdAt) : undefined;
  const start = timeOf(schedule.startTime) ?? wholeSecond(createdAt);
  const end = timeOf(schedule.endTime) ?? Infinity;
  const times = timesOf(trigger, start, timeZone);
  // The clock was set back: what it showed before has had its runs, and silence until it shows that again would be worse than asking twice.
  const last = lastSlot === undefined ? undefined : Math.min(lastSlot, now);
  const next = times.after(Math.max(last ?? start, start));
  if (next === undefined || next > end) return undefined;
  if (!noCatchup || next > now) return next;
  return Math.max(next, times.atOrBefore(Math.min(now, end)) ?? next);
}

/** The slots after `after`, for a preview. */
export function upcomingSlots(trigger: ScheduleTrigger, { after, createdAt, count, timeZone }: { after: number; createdAt: number; count: number; timeZone: string }): number[] {
  const slots: number[] = [];
  let lastSlot = after;
  while (slots.length < count) {
    const slot = nextSlot({ trigger, createdAt, lastSlot, now: Infinity, noCatchup: false, timeZone });
    if (slot === undefined) break;
    slots.push(slot);
    lastSlot = slot;
  }
  return slots;
}

interface Times {
  after(ms: number): number | undefined;
  atOrBefore(ms: number): number | undefined;
}

function timesOf({ cronSchedule, periodicSchedule }: ScheduleTrigger, start: number, timeZone: string): Times {
  if (cronSchedule === undefined) return gridTimes(start, periodicSchedule?.intervalSecond ?? 1);
  const expression = parseCron(cronSchedule.cron ?? '');
  return expression.kind === 'every' ? gridTimes(start, expression.seconds) : cronTimes(expression, timeZone);
}

function gridTimes(start: number, seconds: number): Times {
  const interval = Math.max(1, seconds) * 1000;
  const count = (ms: number): number => Math.floor((ms - start) / interval);
  return {
    after: (ms) => start + Math.max(1, count(ms) + 1) * interval,
    atOrBefore: (ms) => (count(ms) < 1 ? undefined : start + count(ms) * interval),
  };
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeSecond(Date.parse(text));
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

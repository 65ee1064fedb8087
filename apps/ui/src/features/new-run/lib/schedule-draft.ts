import { checkTrigger, parseCron, upcomingSlots, type ScheduleTrigger } from '@millrace/scheduling';
import type { KfpTrigger } from '@/api/kfp';
import type { Texts } from '@/i18n/en';
import type { DraftProblem } from './parameter-drafts';

export const UNITS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;
export type Unit = keyof typeof UNITS;

/** What is typed of a schedule. Times are as the browser's field gives them, `2026-12-31T09:00`, by the clocks of the zone. */
export interface ScheduleDraft {
  readonly kind: 'interval' | 'cron';
  readonly every: string;
  readonly unit: Unit;
  readonly cron: string;
  readonly timeZone: string;
  readonly start: string;
  readonly end: string;
  readonly atOnce: string;
  readonly catchUp: boolean;
  readonly alwaysLatest: boolean;
}

export interface ScheduleReading {
  readonly trigger?: ScheduleTrigger;
  readonly problems: readonly DraftProblem[];
  /** The first times to come. */
  readonly next: readonly number[];
}

const PREVIEW = 5;

/** What the draft says, or everything that is wrong with it. */
export function readSchedule(draft: ScheduleDraft, { now, t }: { readonly now: number; readonly t: Texts }): ScheduleReading {
  const problems: DraftProblem[] = [];
  const atOnce = Number(draft.atOnce);
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 10) problems.push({ name: '#at-once', message: t.recurring.problem.atOnce });
  const span = spanOf(draft);
  let trigger: ScheduleTrigger | undefined;
  if (draft.kind === 'interval') {
    const intervalSecond = Number(draft.every) * UNITS[draft.unit];
    if (draft.every.trim() === '' || !Number.isInteger(intervalSecond) || intervalSecond < 1) problems.push({ name: '#every', message: t.recurring.problem.every });
    else trigger = { periodicSchedule: { ...span, intervalSecond } };
  } else {
    const fault = cronFault(draft.cron, t);
    if (fault === undefined) trigger = { cronSchedule: { ...span, cron: withZone(draft.cron, draft.timeZone) } };
    else problems.push({ name: '#cron', message: fault });
  }
  if (trigger === undefined) return { problems, next: [] };
  try {
    checkTrigger(trigger, { timeZone: draft.timeZone, createdAt: now });
  } catch {
    problems.push({ name: draft.end ? '#end' : '#cron', message: t.recurring.problem.never });
    return { problems, next: [] };
  }
  return { trigger, problems, next: upcomingSlots(trigger, { after: now, createdAt: now, count: PREVIEW, timeZone: draft.timeZone }) };
}

/** A cron's own zone wins; an interval in a cron has none. */
function withZone(cron: string, timeZone: string): string {
  const text = cron.trim();
  return /^(CRON_)?TZ=|^@every/.test(text) ? text : `TZ=${timeZone} ${text}`;
}

function cronFault(cron: string, t: Texts): string | undefined {
  try {
    parseCron(cron);
    return undefined;
  } catch (error) {
    const { field, found } = ((error as { details?: { field?: number; found?: string } }).details ?? {}) as { field?: number; found?: string };
    return field === undefined ? t.recurring.problem.cron : t.recurring.problem.cronField(field, found ?? '');
  }
}

function spanOf({ start, end, timeZone }: ScheduleDraft): { startTime?: string; endTime?: string } {
  const toUtc = (text: string): string | undefined => (text === '' ? undefined : new Date(zonedTime(text, timeZone)).toISOString().replace('.000Z', 'Z'));
  const [startTime, endTime] = [toUtc(start), toUtc(end)];
  return { ...(startTime && { startTime }), ...(endTime && { endTime }) };
}

/** The moment at which the clocks of a zone show the given date and time. */
export function zonedTime(text: string, timeZone: string): number {
  const wall = Date.parse(`${text}Z`);
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const offsetAt = (ms: number): number => Date.parse(`${format.format(ms).replace(' ', 'T')}Z`) - Math.floor(ms / 1000) * 1000;
  const near = wall - offsetAt(wall);
  return wall - offsetAt(near);
}

/** As KFP's API takes it. */
export function toWireTrigger({ cronSchedule, periodicSchedule }: ScheduleTrigger): KfpTrigger {
  const span = ({ startTime, endTime }: { readonly startTime?: string; readonly endTime?: string }) => ({ ...(startTime && { start_time: startTime }), ...(endTime && { end_time: endTime }) });
  if (cronSchedule) return { cron_schedule: { ...span(cronSchedule), cron: cronSchedule.cron ?? '' } };
  return { periodic_schedule: { ...span(periodicSchedule ?? {}), interval_second: String(periodicSchedule?.intervalSecond ?? 0) } };
}

import { PipelineError } from '@millrace/errors';
import { parseDuration } from './parse-duration.js';

/** A cron expression, read: a time matches when all fields do, or at a fixed interval for `@every`. */
export type CronExpression = CronFields | CronEvery;

export interface CronFields {
  readonly kind: 'fields';
  /** Named by the expression itself; else the one of who runs it. */
  readonly timeZone?: string;
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly number[];
  /** A day has to match both day fields; else one of them is enough. */
  readonly bothDays: boolean;
}

export interface CronEvery {
  readonly kind: 'every';
  readonly seconds: number;
}

interface Field {
  readonly key: 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { key: 'second', label: 'seconds', from: 0, to: 59 },
  { key: 'minute', label: 'minutes', from: 0, to: 59 },
  { key: 'hour', label: 'hours', from: 0, to: 23 },
  { key: 'dayOfMonth', label: 'day of month', from: 1, to: 31 },
  { key: 'month', label: 'month', from: 1, to: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] },
  { key: 'dayOfWeek', label: 'day of week', from: 0, to: 6, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

const EXAMPLE = 'For example "0 30 9 * * MON-FRI" is 9:30 on weekdays: seconds, minutes, hours, day of month, month, day of week.';

/**
 * Reads a cron expression as KFP does (robfig/cron 1): seconds first, five fields without the day of week or six with it; `*`, `?`, lists,
 * ranges, steps and English names; `@daily` and its like, `@every 1h30m`. Ours beyond that: `TZ=<zone>` in front. INVALID_ARGUMENT names
 * the field; `details` has its number, from 1, and what stands there.
 */
export function parseCron(text: string): CronExpression {
  const refuse = (why: string, where: { readonly field?: number; readonly found?: string } = {}): never => {
    throw new PipelineError('INVALID_ARGUMENT', `Schedule cron is not a supported format: "${text}": ${why} ${EXAMPLE}`, { details: { path: 'trigger.cron_schedule.cron', ...where } });
  };
  const zoned = /^\s*(?:CRON_)?TZ=(\S+)\s*(.*)$/s.exec(text);
  const timeZone = zoned?.[1];
  if (timeZone !== undefined && !isTimeZone(timeZone)) refuse(`"${timeZone}" is no time zone; use a name such as TZ=Asia/Shanghai or TZ=UTC.`);
  const expression = (zoned?.[2] ?? text).trim();
  if (expression === '') refuse('it is empty.');
  if (expression.startsWith('@every')) {
    const seconds = parseDuration(expression.slice('@every'.length).trim());
    if (seconds === undefined || seconds <= 0) return refuse('@every needs a duration above zero, such as "@every 1h30m" or "@every 90s".');
    // As upstream: whole seconds, at least one.
    return { kind: 'every', seconds: Math.max(1, Math.floor(seconds)) };
  }
  if (expression.startsWith('@') && !Object.hasOwn(DESCRIPTORS, expression)) refuse(`"${expression}" is unknown; known are ${Object.keys(DESCRIPTORS).join(', ')} and @every <duration>.`);
  const parts = (DESCRIPTORS[expression] ?? expression).split(/\s+/);
  if (parts.length < 5 || parts.length > 6) refuse(`it has ${parts.length} field${parts.length === 1 ? '' : 's'}; it needs five or six.`);
  const read = FIELDS.map((field, index) => readField(field, parts[index] ?? '*', (why) => refuse(`${field.label} (field ${index + 1}) ${why}`, { field: index + 1, found: parts[index] ?? '' })));
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = read as [FieldValues, FieldValues, FieldValues, FieldValues, FieldValues, FieldValues];
  return {
    kind: 'fields',
    ...(timeZone === undefined ? {} : { timeZone }),
    second: second.values,
    minute: minute.values,
    hour: hour.values,
    dayOfMonth: dayOfMonth.values,
    month: month.values,
    dayOfWeek: dayOfWeek.values,
    // A star with a step counts as a star here, unlike in most crons.
    bothDays: dayOfMonth.star || dayOfWeek.star,
  };
}

interface FieldValues {
  readonly values: readonly number[];
  readonly star: boolean;
}

function readField({ from, to, names }: Field, text: string, refuse: (why: string) => never): FieldValues {
  const allowed = `${from} to ${to}${names === undefined ? '' : ` or ${names[0]} to ${names.at(-1)}`}`;
  const number = (part: string): number => {
    const named = names?.indexOf(part.toUpperCase()) ?? -1;
    const value = named >= 0 ? named + from : /^\d+$/.test(part) ? Number(part) : NaN;
    return value >= from && value <= to ? value : refuse(`has "${part}"; allowed are ${allowed}.`);
  };
  const values = new Set<number>();
  let star = false;
  for (const range of text.split(',').filter((part) => part !== '')) {
    const [span = '', stepText, ...moreSteps] = range.split('/');
    const [lowText = '', highText, ...moreHighs] = span.split('-');
    if (moreSteps.length > 0 || moreHighs.length > 0) refuse(`has "${range}"; write a range as low-high or low-high/step.`);
    const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : NaN;
    if (!(step > 0)) refuse(`has the step "${stepText}" in "${range}"; a step is a whole number above zero.`);
    const whole = lowText === '*' || lowText === '?';
    star ||= whole;
    const low = whole ? from : number(lowText);
    const high = whole ? to : highText !== undefined ? number(highText) : stepText === undefined ? low : to;
    if (low > high) refuse(`has the range "${range}", which ends before it begins.`);
    for (let value = low; value <= high; value += step) values.add(value);
  }
  if (values.size === 0) refuse(`is "${text}", which says nothing; allowed are *, ${allowed}.`);
  return { values: [...values].sort((a, b) => a - b), star };
}

/** Whether this machine knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  // Offsets such as "+08:00" are taken by some engines and not by others.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}

import type { ScheduleTriggerView } from '@millrace/api-contract';
import { parseCron, type CronFields } from '@millrace/scheduling';
import type { Texts } from '@/i18n/en';

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

const two = (value: number): string => String(value).padStart(2, '0');
const isEvery = (values: readonly number[], size: number): boolean => values.length === size;

/** When runs are due, in words; undefined for a cron that has no short ones. The zone is said by who shows it. */
export function describeTrigger(trigger: ScheduleTriggerView, t: Texts): string | undefined {
  if (trigger.kind === 'once') return t.recurring.once;
  if (trigger.kind === 'interval') return describeInterval(trigger.seconds, t);
  try {
    const expression = parseCron(trigger.cron);
    return expression.kind === 'every' ? describeInterval(expression.seconds, t) : describeFields(expression, t);
  } catch {
    return undefined;
  }
}

export function describeInterval(seconds: number, t: Texts): string {
  const [unit, size] = UNITS.find(([, length]) => seconds % length === 0) ?? UNITS[3];
  return t.recurring.every[unit](seconds / size);
}

function describeFields({ second, minute, hour, dayOfMonth, month, dayOfWeek }: CronFields, t: Texts): string | undefined {
  const everyDay = isEvery(dayOfMonth, 31) && isEvery(month, 12) && isEvery(dayOfWeek, 7);
  if (everyDay && isEvery(hour, 24)) {
    if (isEvery(minute, 60)) {
      const step = stepOf(second, 60);
      return step === undefined ? undefined : step === 60 ? t.recurring.every.minute(1) : t.recurring.every.second(step);
    }
    const step = second.length === 1 && second[0] === 0 ? stepOf(minute, 60) : undefined;
    if (step !== undefined && step < 60) return t.recurring.every.minute(step);
    return second.length === 1 && second[0] === 0 && minute.length === 1 ? t.recurring.everyHourAt(two(minute[0]!)) : undefined;
  }
  if (second.length !== 1 || minute.length !== 1 || hour.length !== 1) return undefined;
  const at = `${two(hour[0]!)}:${two(minute[0]!)}${second[0] === 0 ? '' : `:${two(second[0]!)}`}`;
  if (everyDay) return t.recurring.everyDayAt(at);
  if (isEvery(dayOfMonth, 31) && isEvery(month, 12)) {
    return dayOfWeek.join() === '1,2,3,4,5' ? t.recurring.weekdaysAt(at) : t.recurring.daysAt(dayOfWeek.map((day) => t.recurring.days[day]!), at);
  }
  if (!isEvery(dayOfWeek, 7) || dayOfMonth.length !== 1) return undefined;
  if (isEvery(month, 12)) return t.recurring.monthlyAt(dayOfMonth[0]!, at);
  return month.length === 1 ? t.recurring.yearlyAt(month[0]!, dayOfMonth[0]!, at) : undefined;
}

/** How far apart values are that begin at 0 and go round the clock evenly. */
function stepOf(values: readonly number[], size: number): number | undefined {
  const step = size / values.length;
  return values.every((value, index) => value === index * step) ? step : undefined;
}

import { describe, expect, it } from 'vitest';
import { en } from '../../../i18n/en';
import { readSchedule, toWireTrigger, zonedTime, type ScheduleDraft } from './schedule-draft';

const now = Date.parse('2026-03-02T12:00:00Z');
const draft: ScheduleDraft = { kind: 'cron', every: '1', unit: 'hour', cron: '0 0 9 * * *', timeZone: 'Asia/Shanghai', start: '', end: '', atOnce: '1', catchUp: false, alwaysLatest: true };
const read = (change: Partial<ScheduleDraft>) => readSchedule({ ...draft, ...change }, { now, t: en });
const messages = (change: Partial<ScheduleDraft>) => read(change).problems.map(({ name, message }) => `${name} ${message}`);

describe('readSchedule', () => {
  it('gives the cron its zone, and the next five times', () => {
    const { trigger, next, problems } = read({});
    expect(trigger).toEqual({ cronSchedule: { cron: 'TZ=Asia/Shanghai 0 0 9 * * *' } });
    expect(next.map((ms) => new Date(ms).toISOString())).toEqual([3, 4, 5, 6, 7].map((day) => `2026-03-0${day}T01:00:00.000Z`));
    expect(problems).toEqual([]);
  });

  it('leaves a zone that stands in the cron', () => {
    expect(read({ cron: 'TZ=UTC @daily' }).trigger).toEqual({ cronSchedule: { cron: 'TZ=UTC @daily' } });
    expect(read({ cron: '@every 90s' }).trigger).toEqual({ cronSchedule: { cron: '@every 90s' } });
  });

  it('takes an interval in its unit, and the span by the clocks of the zone', () => {
    const { trigger } = read({ kind: 'interval', every: '2', unit: 'hour', start: '2026-03-03T09:00', end: '2026-03-04T09:00' });
    expect(trigger).toEqual({ periodicSchedule: { intervalSecond: 7200, startTime: '2026-03-03T01:00:00Z', endTime: '2026-03-04T01:00:00Z' } });
    expect(toWireTrigger(trigger!)).toEqual({ periodic_schedule: { start_time: '2026-03-03T01:00:00Z', end_time: '2026-03-04T01:00:00Z', interval_second: '7200' } });
  });

  it.each<[string, Partial<ScheduleDraft>, string]>([
    ['a field of the cron', { cron: '0 99 * * * *' }, '#cron Cron, field 2 (minutes) is 99; allowed are 0 to 59.'],
    ['a cron that is none', { cron: 'soon' }, '#cron The cron cannot be read; 0 30 9 * * MON-FRI is 9:30 on weekdays.'],
    ['an interval', { kind: 'interval', every: '1.5', unit: 'second' }, '#every The interval is a whole number of seconds, at least one.'],
    ['no interval', { kind: 'interval', every: '' }, '#every The interval is a whole number of seconds, at least one.'],
    ['too many at once', { atOnce: '11' }, '#at-once At once: a whole number from 1 to 10.'],
    ['an end that is over', { end: '2026-03-01T00:00' }, '#end No run would ever come by this.'],
    ['a day that never comes', { cron: '0 0 0 31 2 *' }, '#cron No run would ever come by this.'],
  ])('says what is wrong with %s', (_what, change, message) => {
    expect(messages(change)).toEqual([message]);
  });
});

describe('zonedTime', () => {
  it('is the moment at which the clocks there show that, also after they changed', () => {
    expect(new Date(zonedTime('2026-01-01T09:00', 'America/New_York')).toISOString()).toBe('2026-01-01T14:00:00.000Z');
    expect(new Date(zonedTime('2026-07-01T09:00', 'America/New_York')).toISOString()).toBe('2026-07-01T13:00:00.000Z');
    expect(new Date(zonedTime('2026-03-08T03:00', 'America/New_York')).toISOString()).toBe('2026-03-08T07:00:00.000Z');
  });
});

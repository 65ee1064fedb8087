import { describe, expect, it } from 'vitest';
import { busyHours } from './busy-hours';

const now = new Date(2026, 4, 5, 10, 30).getTime();
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const busy = (trigger: Parameters<typeof busyHours>[0]) => busyHours(trigger, { now, createdAt: now, timeZone }).map(({ hours }) => hours.flatMap((on, hour) => (on ? [hour] : [])));

describe('busyHours', () => {
  it('says in which hours of the next seven days runs are due, what is over left out', () => {
    expect(busy({ cronSchedule: { cron: '0 15 9,14 * * *' } })).toEqual([[14], [9, 14], [9, 14], [9, 14], [9, 14], [9, 14], [9, 14]]);
    expect(busy({ cronSchedule: { cron: '0 0 14 * * *' } })[0]).toEqual([14]);
  });

  it('a schedule of every second is busy in all that is to come, at once', () => {
    const days = busy({ periodicSchedule: { intervalSecond: 1 } });
    expect(days[0]).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    expect(days[6]).toHaveLength(24);
  });

  it('ends with the schedule', () => {
    const endTime = new Date(2026, 4, 6, 12).toISOString();
    expect(busy({ cronSchedule: { cron: '0 0 9 * * *', endTime } })).toEqual([[], [9], [], [], [], [], []]);
  });
});

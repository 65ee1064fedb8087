import { describe, expect, it } from 'vitest';
import { cronTimes } from './cron-times.js';
import { parseCron, type CronFields } from './parse-cron.js';

const NEW_YORK = 'America/New_York';

function times(text: string, from: string, count: number, timeZone = 'UTC'): string[] {
  const cron = cronTimes(parseCron(text) as CronFields, timeZone);
  const found: string[] = [];
  let at = Date.parse(from);
  for (let index = 0; index < count; index += 1) {
    const next = cron.after(at);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace('.000Z', 'Z'));
    at = next;
  }
  return found;
}

describe('cronTimes', () => {
  it('gives the times after a time, itself left out', () => {
    expect(times('0 0 9 * * *', '2026-01-01T09:00:00Z', 2)).toEqual(['2026-01-02T09:00:00Z', '2026-01-03T09:00:00Z']);
    expect(times('0 0 9 * * *', '2026-01-01T08:59:59.500Z', 1)).toEqual(['2026-01-01T09:00:00Z']);
  });

  it('counts by the clocks of the time zone, or of the one that the expression names', () => {
    expect(times('0 0 9 * * *', '2026-01-01T00:00:00Z', 1, 'Asia/Shanghai')).toEqual(['2026-01-01T01:00:00Z']);
    expect(times('TZ=Asia/Shanghai 0 0 9 * * *', '2026-01-01T00:00:00Z', 1, NEW_YORK)).toEqual(['2026-01-01T01:00:00Z']);
  });

  it('with both day fields set, one of them is enough; with a star, also a stepped one, both count', () => {
    expect(times('0 0 0 13 * FRI', '2026-01-08T12:00:00Z', 3)).toEqual(['2026-01-09T00:00:00Z', '2026-01-13T00:00:00Z', '2026-01-16T00:00:00Z']);
    expect(times('0 0 0 */2 * MON', '2026-01-01T00:00:00Z', 3)).toEqual(['2026-01-05T00:00:00Z', '2026-01-19T00:00:00Z', '2026-02-09T00:00:00Z']);
  });

  it('a leap day is found years ahead, a day that never comes is not', () => {
    expect(times('0 0 0 29 2 *', '2026-01-01T00:00:00Z', 2)).toEqual(['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']);
    expect(times('0 0 0 30 2 *', '2026-01-01T00:00:00Z', 1)).toEqual([]);
  });

  it('a daily time in the gap of spring is taken right after it, and the next day is as always', () => {
    expect(times('0 30 2 * * *', '2026-03-07T12:00:00Z', 2, NEW_YORK)).toEqual(['2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z']);
  });

  it('a daily time that comes twice in autumn counts once', () => {
    expect(times('0 30 1 * * *', '2026-10-31T12:00:00Z', 2, NEW_YORK)).toEqual(['2026-11-01T05:30:00Z', '2026-11-02T06:30:00Z']);
  });

  it('what comes every hour comes every hour, also when clocks change', () => {
    expect(times('0 30 * * * *', '2026-11-01T04:00:00Z', 4, NEW_YORK)).toEqual(['2026-11-01T04:30:00Z', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z', '2026-11-01T07:30:00Z']);
    expect(times('0 30 * * * *', '2026-03-08T06:00:00Z', 3, NEW_YORK)).toEqual(['2026-03-08T06:30:00Z', '2026-03-08T07:30:00Z', '2026-03-08T08:30:00Z']);
  });

  it('agrees with looking at every second, whatever the expression', () => {
    const random = seeded(7);
    for (let round = 0; round < 60; round += 1) {
      const text = [field(random, 60), field(random, 60), field(random, 24), '*', '*', '*'].join(' ');
      const expression = parseCron(text) as CronFields;
      const cron = cronTimes(expression, 'UTC');
      const from = Date.parse('2026-05-05T00:00:00Z') + Math.floor(random() * 86_400) * 1000;
      const slow = bruteForce(expression, from, 2 * 86_400);
      expect(cron.after(from), text).toBe(slow);
      if (slow !== undefined) {
        expect(cron.atOrBefore(slow), text).toBe(slow);
        expect(cron.atOrBefore(slow + 999), text).toBe(slow);
      }
    }
  });

  it.each([NEW_YORK, 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'])('in %s every day of a year has exactly one run of a daily schedule', (zone) => {
    const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
    for (const text of ['0 30 2 * * *', '0 15 1 * * *', '0 0 0 * * *', '30 59 23 * * *']) {
      const days = times(text, '2025-12-30T12:00:00Z', 370, zone).map((time) => dayOf.format(new Date(time)));
      expect(new Set(days).size, text).toBe(370);
    }
  });

  it.each([NEW_YORK, 'Australia/Lord_Howe'])('in %s the last time at or before a moment is the one after which nothing comes until then', (zone) => {
    const random = seeded(11);
    for (let round = 0; round < 40; round += 1) {
      const cron = cronTimes(parseCron(`${field(random, 60)} ${field(random, 60)} ${field(random, 24)} * * *`) as CronFields, zone);
      const moment = Date.parse('2026-11-01T00:00:00Z') + Math.floor(random() * 3 * 86_400_000);
      const last = cron.atOrBefore(moment);
      if (last === undefined) continue;
      expect(last).toBeLessThanOrEqual(moment);
      const next = cron.after(last);
      expect(next === undefined || next > Math.floor(moment / 1000) * 1000).toBe(true);
    }
  });
});

function field(random: () => number, size: number): string {
  const pick = () => Math.floor(random() * size);
  const kind = random();
  if (kind < 0.2) return '*';
  if (kind < 0.4) return `*/${1 + Math.floor(random() * size)}`;
  if (kind < 0.6) return `${pick()},${pick()}`;
  if (kind < 0.8) return String(pick());
  const low = pick();
  return `${low}-${low + Math.floor(random() * (size - low))}`;
}

function bruteForce({ second, minute, hour }: CronFields, from: number, seconds: number): number | undefined {
  for (let at = from + 1000; at <= from + seconds * 1000; at += 1000) {
    const date = new Date(at);
    if (second.includes(date.getUTCSeconds()) && minute.includes(date.getUTCMinutes()) && hour.includes(date.getUTCHours())) return at;
  }
  return undefined;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

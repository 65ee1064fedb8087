import { describe, expect, it } from 'vitest';
import { nextSlot, upcomingSlots, type SlotQuery } from './due-slot.js';
import type { ScheduleTrigger } from './scheduled-workflow.js';

const at = (text: string): number => Date.parse(`2026-03-01T${text}Z`);
const text = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString().slice(11, 19));

const everyHour: ScheduleTrigger = { periodicSchedule: { intervalSecond: 3600 } };
const hourly: ScheduleTrigger = { cronSchedule: { cron: '0 0 * * * *' } };
const base: Omit<SlotQuery, 'trigger'> = { createdAt: at('09:10:00.700'), now: at('09:20:00'), noCatchup: false, timeZone: 'UTC' };
const slot = (trigger: ScheduleTrigger, rest: Partial<SlotQuery> = {}) => text(nextSlot({ ...base, trigger, ...rest }));

describe('nextSlot', () => {
  it('the first slot of an interval is one interval after the creation, of a cron its next time', () => {
    expect(slot(everyHour)).toBe('10:10:00');
    expect(slot(hourly)).toBe('10:00:00');
  });

  it('a start time takes the place of the creation', () => {
    expect(slot({ periodicSchedule: { intervalSecond: 3600, startTime: '2026-03-01T11:30:00Z' } })).toBe('12:30:00');
    expect(slot({ cronSchedule: { cron: '0 0 * * * *', startTime: '2026-03-01T11:30:00Z' } })).toBe('12:00:00');
    expect(slot({ periodicSchedule: { intervalSecond: 3600, startTime: '2026-03-01T07:30:00Z' } })).toBe('08:30:00');
  });

  it('with catch-up the missed slots come one by one', () => {
    const missed = { now: at('13:20:00') };
    expect(slot(everyHour, { ...missed, lastSlot: at('10:10:00') })).toBe('11:10:00');
    expect(slot(everyHour, { ...missed, lastSlot: at('11:10:00') })).toBe('12:10:00');
    expect(slot(hourly, { ...missed, lastSlot: at('10:00:00') })).toBe('11:00:00');
  });

  it('without catch-up only the latest of the missed slots comes', () => {
    const missed = { now: at('13:20:00'), lastSlot: at('10:10:00'), noCatchup: true };
    expect(slot(everyHour, missed)).toBe('13:10:00');
    expect(slot(hourly, missed)).toBe('13:00:00');
    expect(slot({ cronSchedule: { cron: '@every 1h' } }, missed)).toBe('13:10:00');
  });

  it('without catch-up a slot that was not missed is waited for as always', () => {
    expect(slot(everyHour, { lastSlot: at('09:10:00'), noCatchup: true })).toBe('10:10:00');
    expect(slot(hourly, { lastSlot: at('09:00:00'), noCatchup: true })).toBe('10:00:00');
  });

  it('the end time is the last moment for a slot, and without catch-up the latest slot before it comes', () => {
    const end = (endTime: string): ScheduleTrigger => ({ periodicSchedule: { intervalSecond: 3600, endTime: `2026-03-01T${endTime}Z` } });
    expect(slot(end('10:10:00'))).toBe('10:10:00');
    expect(slot(end('10:09:59'))).toBeUndefined();
    expect(slot(end('12:30:00'), { now: at('18:00:00'), noCatchup: true })).toBe('12:10:00');
    expect(slot({ cronSchedule: { cron: '0 0 * * * *', endTime: '2026-03-01T12:30:00Z' } }, { now: at('18:00:00'), noCatchup: true, lastSlot: at('10:00:00') })).toBe('12:00:00');
    expect(slot(end('12:30:00'), { now: at('18:00:00'), noCatchup: true, lastSlot: at('12:10:00') })).toBeUndefined();
  });

  it('without a trigger there is one slot, the creation', () => {
    expect(slot({})).toBe('09:10:00');
    expect(slot({}, { lastSlot: at('09:10:00') })).toBeUndefined();
  });

  it('when the clock is set back it goes on from the time that is now', () => {
    const ahead = { lastSlot: Date.parse('2030-01-01T00:00:00Z'), now: at('09:20:00') };
    expect(slot(hourly, ahead)).toBe('10:00:00');
    expect(slot(everyHour, ahead)).toBe('10:10:00');
    expect(slot({}, ahead)).toBeUndefined();
  });

  it('slots do not drift when each comes late', () => {
    let lastSlot: number | undefined;
    const seen: (string | undefined)[] = [];
    for (let now = at('10:10:00'); seen.length < 4; now += 3_600_000 + 7_000) {
      lastSlot = nextSlot({ ...base, trigger: everyHour, now, ...(lastSlot === undefined ? {} : { lastSlot }) });
      seen.push(text(lastSlot));
    }
    expect(seen).toEqual(['10:10:00', '11:10:00', '12:10:00', '13:10:00']);
  });
});

describe('whatever the clock does', () => {
  const triggers: readonly ScheduleTrigger[] = [
    { periodicSchedule: { intervalSecond: 7 } },
    { cronSchedule: { cron: '*/20 * * * * *' } },
    { cronSchedule: { cron: '@every 13s' } },
    { cronSchedule: { cron: 'TZ=America/New_York 0 */15 1,2 * * *' } },
  ];

  it.each([false, true])('no slot comes before its time, and (without jumps back) none comes twice; no catch-up %s', (noCatchup) => {
    const random = seeded(3);
    for (let round = 0; round < 60; round += 1) {
      const trigger = triggers[round % triggers.length]!;
      // The night in which New York's clocks go forward or back.
      let now = Date.parse(round % 2 === 0 ? '2026-03-08T05:30:00Z' : '2026-11-01T04:30:00Z');
      const createdAt = now;
      let lastSlot: number | undefined;
      for (let step = 0; step < 40; step += 1) {
        now += Math.floor(random() * (random() < 0.1 ? 3_000_000 : 9_000));
        const due = nextSlot({ trigger, createdAt, now, noCatchup, timeZone: 'UTC', ...(lastSlot === undefined ? {} : { lastSlot }) });
        if (due === undefined || due > now) continue;
        expect(due).toBeGreaterThan(lastSlot ?? createdAt - 1);
        expect(due % 1000).toBe(0);
        // Without catch-up, what comes is the newest there is.
        if (noCatchup) expect(nextSlot({ trigger, createdAt, now, noCatchup, timeZone: 'UTC', lastSlot: due })!).toBeGreaterThan(now);
        lastSlot = due;
      }
    }
  });

  it('with catch-up the slots are the same however the time passed', () => {
    for (const trigger of triggers) {
      const createdAt = Date.parse('2026-03-08T05:30:00Z');
      const end = createdAt + 3 * 3_600_000;
      const all = upcomingSlots(trigger, { after: createdAt, createdAt, count: 2_000, timeZone: 'UTC' }).filter((due) => due <= end);
      const random = seeded(5);
      const seen: number[] = [];
      let lastSlot: number | undefined;
      for (let now = createdAt; now <= end; now = now === end ? end + 1 : Math.min(end, now + Math.floor(random() * 2_000_000))) {
        for (;;) {
          const due = nextSlot({ trigger, createdAt, now, noCatchup: false, timeZone: 'UTC', ...(lastSlot === undefined ? {} : { lastSlot }) });
          if (due === undefined || due > now) break;
          seen.push(due);
          lastSlot = due;
        }
      }
      expect(seen).toEqual(all);
    }
  });

  it('a jump back asks at most for slots that were there before, never for others', () => {
    const random = seeded(9);
    for (const trigger of triggers) {
      const createdAt = Date.parse('2026-05-01T00:00:00Z');
      const asked = new Set<number>();
      let lastSlot: number | undefined;
      let now = createdAt;
      for (let step = 0; step < 300; step += 1) {
        now += random() < 0.1 ? -Math.floor(random() * 60_000) : Math.floor(random() * 9_000);
        const due = nextSlot({ trigger, createdAt, now, noCatchup: true, timeZone: 'UTC', ...(lastSlot === undefined ? {} : { lastSlot }) });
        if (due === undefined || due > now) continue;
        asked.add(due);
        lastSlot = due;
      }
      const grid = new Set(upcomingSlots(trigger, { after: createdAt, createdAt, count: 3_000, timeZone: 'UTC' }));
      for (const due of asked) expect(grid.has(due)).toBe(true);
    }
  });
});

describe('upcomingSlots', () => {
  it('gives the next times, and no more than there are before the end', () => {
    const trigger: ScheduleTrigger = { cronSchedule: { cron: '0 0 9 * * MON', endTime: '2026-03-17T00:00:00Z' } };
    const slots = upcomingSlots(trigger, { after: at('00:00:00'), createdAt: at('00:00:00'), count: 5, timeZone: 'UTC' });
    expect(slots.map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual(['2026-03-02', '2026-03-09', '2026-03-16']);
    expect(upcomingSlots({}, { after: 0, createdAt: 0, count: 5, timeZone: 'UTC' })).toEqual([]);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

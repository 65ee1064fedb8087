import { describe, expect, it } from 'vitest';
import { concurrencyOf, historyOf, nextStep, type ScheduleFacts } from './next-step.js';

const createdAt = Date.parse('2026-03-01T09:00:00Z');
const due = createdAt + 60_000;
const step = (facts: Partial<ScheduleFacts> & { readonly spec?: Partial<ScheduleFacts['spec']> } = {}) =>
  nextStep({ createdAt, activeRuns: 0, now: due, timeZone: 'UTC', ...facts, spec: { enabled: true, trigger: { periodicSchedule: { intervalSecond: 60 } }, ...facts.spec } });

describe('nextStep', () => {
  it('a slot that is due is run', () => {
    expect(step()).toEqual({ kind: 'run', slot: due });
  });

  it('a slot that is not due is waited for', () => {
    expect(step({ now: due - 1 })).toEqual({ kind: 'wait', for: 'time', next: due });
  });

  it('a schedule that is not enabled waits, whatever is due', () => {
    expect(step({ spec: { enabled: false } })).toEqual({ kind: 'wait', for: 'enabling', next: due });
    expect(step({ spec: { enabled: undefined } })).toEqual({ kind: 'wait', for: 'enabling', next: due });
  });

  it('as many runs as allowed at once let the slot wait', () => {
    expect(step({ activeRuns: 1 })).toEqual({ kind: 'wait', for: 'runs', next: due });
    expect(step({ activeRuns: 1, spec: { maxConcurrency: 2 } })).toEqual({ kind: 'run', slot: due });
    expect(step({ activeRuns: 2, spec: { maxConcurrency: 2 } })).toEqual({ kind: 'wait', for: 'runs', next: due });
  });

  it('when no slot is left there is nothing to wait for', () => {
    expect(step({ spec: { trigger: {} }, lastSlot: createdAt })).toEqual({ kind: 'wait', for: 'time' });
  });
});

describe('limits', () => {
  it('are kept to what upstream allows', () => {
    expect([undefined, 0, 3, 11].map((maxConcurrency) => concurrencyOf({ maxConcurrency }))).toEqual([1, 1, 3, 10]);
    expect([undefined, -1, 0, 101].map((maxHistory) => historyOf({ maxHistory }))).toEqual([10, 0, 0, 100]);
  });
});

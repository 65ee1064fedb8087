import { describe, expect, it } from 'vitest';
import { checkTrigger } from './check-trigger.js';
import type { ScheduleTrigger } from './scheduled-workflow.js';

const check = (trigger: ScheduleTrigger) => checkTrigger(trigger, { timeZone: 'UTC', createdAt: Date.parse('2026-03-01T09:00:00Z') });

describe('checkTrigger', () => {
  it.each<[string, ScheduleTrigger]>([
    ['none at all', {}],
    ['an interval', { periodicSchedule: { intervalSecond: 1 } }],
    ['a cron', { cronSchedule: { cron: '0 0 9 * * *', startTime: '2026-01-01T00:00:00Z', endTime: '2027-01-01T00:00:00Z' } }],
  ])('takes %s', (_name, trigger) => {
    expect(() => check(trigger)).not.toThrow();
  });

  it.each<[string, ScheduleTrigger, string, RegExp]>([
    ['both kinds', { cronSchedule: { cron: '@daily' }, periodicSchedule: { intervalSecond: 1 } }, 'trigger.cron_schedule', /not both/],
    ['a bad cron', { cronSchedule: { cron: '* * *' } }, 'trigger.cron_schedule.cron', /Schedule cron is not a supported format/],
    ['an empty cron', { cronSchedule: {} }, 'trigger.cron_schedule.cron', /it is empty/],
    ['a cron without times', { cronSchedule: { cron: '0 0 0 31 2 *' } }, 'trigger.cron_schedule.cron', /has no time ever/],
    ['no interval', { periodicSchedule: {} }, 'trigger.periodic_schedule.interval_second', /is missing; .*at least 1/],
    ['an interval of nothing', { periodicSchedule: { intervalSecond: 0 } }, 'trigger.periodic_schedule.interval_second', /is 0/],
    ['an interval of parts of a second', { periodicSchedule: { intervalSecond: 1.5 } }, 'trigger.periodic_schedule.interval_second', /whole number/],
    ['a time that is none', { periodicSchedule: { intervalSecond: 1, startTime: 'soon' } }, 'trigger.periodic_schedule.start_time', /"soon".*2026-12-31T09:00:00Z/],
    ['an end before the start', { cronSchedule: { cron: '@daily', startTime: '2026-03-02T00:00:00Z', endTime: '2026-03-01T00:00:00Z' } }, 'trigger.cron_schedule.end_time', /not after/],
    ['an end before the first time', { cronSchedule: { cron: '@daily', endTime: '2026-03-01T10:00:00Z' } }, 'trigger.cron_schedule.end_time', /has no time before/],
    ['an end in the past', { periodicSchedule: { intervalSecond: 60, endTime: '2026-02-01T00:00:00Z' } }, 'trigger.periodic_schedule.end_time', /No run would come/],
  ])('refuses %s', (_name, trigger, path, message) => {
    expect(() => check(trigger)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { path }, message: expect.stringMatching(message) as string }));
  });
});

import { PipelineError } from '@millrace/errors';
import { nextSlot } from './due-slot.js';
import type { ScheduleTrigger } from './scheduled-workflow.js';

/** A century of seconds: what is above it is a mistake in the unit. */
const LONGEST_INTERVAL = 3_155_760_000;

/** Refuses a trigger that can have no run, by its field and with the remedy. */
export function checkTrigger(trigger: ScheduleTrigger, { timeZone, createdAt }: { readonly timeZone: string; readonly createdAt: number }): void {
  const refuse = (field: string, message: string): never => {
    throw new PipelineError('INVALID_ARGUMENT', message, { details: { path: `trigger.${field}` } });
  };
  const { cronSchedule, periodicSchedule } = trigger;
  if (cronSchedule !== undefined && periodicSchedule !== undefined) refuse('cron_schedule', 'A trigger has a cron_schedule or a periodic_schedule, not both; leave one out.');
  const kind = cronSchedule === undefined ? 'periodic_schedule' : 'cron_schedule';
  const { startTime, endTime } = cronSchedule ?? periodicSchedule ?? {};
  for (const [field, text] of Object.entries({ start_time: startTime, end_time: endTime })) {
    if (text !== undefined && Number.isNaN(Date.parse(text))) refuse(`${kind}.${field}`, `The ${field} "${text}" of the trigger is no time; write it as 2026-12-31T09:00:00Z.`);
  }
  if (startTime !== undefined && endTime !== undefined && Date.parse(endTime) <= Date.parse(startTime)) {
    refuse(`${kind}.end_time`, `The end_time ${endTime} of the trigger is not after its start_time ${startTime}; no run would come.`);
  }
  if (periodicSchedule !== undefined) {
    const seconds = periodicSchedule.intervalSecond;
    if (seconds === undefined || !Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_INTERVAL) {
      refuse('periodic_schedule.interval_second', `The interval_second of a periodic_schedule is ${seconds ?? 'missing'}; it must be a whole number of seconds, at least 1: 3600 is every hour.`);
    }
  }
  // The expression is read here, whatever else is wrong.
  const first = nextSlot({ trigger, createdAt, now: createdAt, noCatchup: false, timeZone });
  if (first === undefined && (cronSchedule !== undefined || periodicSchedule !== undefined)) {
    const never = cronSchedule === undefined ? 'the interval' : `the cron "${cronSchedule.cron}"`;
    const span = endTime === undefined ? 'ever' : `before the end_time ${endTime}`;
    refuse(endTime === undefined ? `${kind}.cron` : `${kind}.end_time`, `No run would come: ${never} has no time ${span}.`);
  }
}

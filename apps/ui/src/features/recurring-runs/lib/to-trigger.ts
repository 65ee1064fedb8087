import type { ScheduleTriggerView } from '@millrace/api-contract';
import type { ScheduleTrigger } from '@millrace/scheduling';

/** A trigger as the scheduling library takes it. */
export function toTrigger(view: ScheduleTriggerView): ScheduleTrigger {
  if (view.kind === 'once') return {};
  const span = { ...(view.start_at && { startTime: view.start_at }), ...(view.end_at && { endTime: view.end_at }) };
  return view.kind === 'cron' ? { cronSchedule: { ...span, cron: view.cron } } : { periodicSchedule: { ...span, intervalSecond: view.seconds } };
}

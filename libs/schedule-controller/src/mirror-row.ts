import type { RecurringRunUpdate } from '@millrace/database';
import type { Resource } from '@millrace/resources';
import { concurrencyOf, type ScheduledWorkflow } from '@millrace/scheduling';
import type { ScheduleFactsToTell } from './schedule-status.js';

/** What the row of a recurring run says of its ScheduledWorkflow. */
export function mirrorOf({ spec }: Resource<ScheduledWorkflow>, { lastSlot, lastIndex, nextSlot, error }: ScheduleFactsToTell): RecurringRunUpdate {
  return {
    status: spec.enabled === true ? 'ENABLED' : 'DISABLED',
    trigger: spec.trigger ?? {},
    noCatchup: spec.noCatchup ?? false,
    maxConcurrency: concurrencyOf(spec),
    submitted: true,
    lastIndex,
    ...(lastSlot !== undefined && { lastRunAt: new Date(lastSlot) }),
    nextRunAt: nextSlot === undefined || spec.enabled !== true ? null : new Date(nextSlot),
    error: error ?? null,
  };
}

import type { Database, RecurringRun } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import type { ResourceStore } from '@millrace/resources';
import { LABEL_RECURRING_RUN_ID } from '@millrace/scheduling';
import { scheduleOf, scheduleRefOf } from './schedule-object.js';

export interface ScheduleCreation {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly failpoint?: (name: string) => void;
}

/** Makes the ScheduledWorkflow of a stored recurring run, unless it is there, and notes that. One that is made again goes on where it was. */
export async function createSchedule({ database, store, failpoint }: ScheduleCreation, recurringRun: RecurringRun): Promise<void> {
  const { id, lastRunAt, lastIndex } = recurringRun;
  const status = lastRunAt === undefined ? {} : { trigger: { lastTriggeredTime: lastRunAt.toISOString().replace('.000Z', 'Z'), lastWorkflowIndex: lastIndex } };
  try {
    await store.create('ScheduledWorkflow', { ...scheduleOf(recurringRun), status });
    failpoint?.('schedule.created');
  } catch (error) {
    const existing = isPipelineError(error) && error.code === 'ALREADY_EXISTS' ? await store.get('ScheduledWorkflow', scheduleRefOf(recurringRun)) : undefined;
    if (existing?.metadata.labels?.[LABEL_RECURRING_RUN_ID] !== id) throw error;
  }
  await database.recurringRuns.update(id, { submitted: true });
}

import { rowsOf, type RecurringRun } from '@millrace/database';
import { describeError } from '@millrace/errors';
import { LABEL_SHARD, patchCurrent, shardOf, type Resource } from '@millrace/resources';
import { LABEL_RECURRING_RUN_ID, type ScheduledWorkflow } from '@millrace/scheduling';
import { createSchedule, type ScheduleCreation } from './create-schedule.js';

export interface SweepContext extends ScheduleCreation {
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/** Whether the recurring run of this id is this process's. */
export type IsMine = (recurringRunId: string) => boolean;

/** What a crash left between two writes, and rows whose object was lost with its store. */
export async function sweepAllSchedules(context: SweepContext, isMine: IsMine): Promise<void> {
  const { database, store } = context;
  const { items } = await store.list('ScheduledWorkflow');
  await labelAll(context, items, isMine);
  const there = new Set(items.map(({ metadata }) => metadata.labels?.[LABEL_RECURRING_RUN_ID]));
  for await (const recurringRun of rowsOf((query) => database.recurringRuns.list(query), { pageSize: 200 })) {
    if (isMine(recurringRun.id) && (!there.has(recurringRun.id) || !recurringRun.submitted)) await createAgain(context, recurringRun);
  }
}

/** What others, of an older version too, have left since: rows without an object, objects that no shard's watch shows. */
export async function sweepNewSchedules(context: SweepContext, isMine: IsMine): Promise<void> {
  const { database, store } = context;
  await labelAll(context, (await store.list('ScheduledWorkflow', { withoutLabels: [LABEL_SHARD] })).items, isMine);
  for (const recurringRun of await database.recurringRuns.listUnsubmitted()) if (isMine(recurringRun.id)) await createAgain(context, recurringRun);
}

async function labelAll({ store, log }: SweepContext, schedules: readonly Resource<ScheduledWorkflow>[], isMine: IsMine): Promise<void> {
  for (const known of schedules) {
    const id = known.metadata.labels?.[LABEL_RECURRING_RUN_ID];
    // Without an id it is another system's, such as an installed KFP's.
    if (id === undefined || !isMine(id)) continue;
    const shard = String(shardOf(id));
    await patchCurrent(store, { kind: 'ScheduledWorkflow', ref: known.metadata, known }, ({ metadata }) => (metadata.labels?.[LABEL_SHARD] === shard ? undefined : { metadata: { labels: { [LABEL_SHARD]: shard } } })).catch((error: unknown) =>
      log('error', 'a ScheduledWorkflow could not be labelled with its shard', { schedule: known.metadata.name, error: describeError(error) }),
    );
  }
}

async function createAgain(context: SweepContext, { id }: RecurringRun): Promise<void> {
  try {
    // It may have been deleted since it was listed.
    const recurringRun = await context.database.recurringRuns.find(id);
    if (recurringRun !== undefined) await createSchedule(context, recurringRun);
  } catch (error) {
    context.log('error', 'the ScheduledWorkflow of a recurring run could not be made', { recurringRun: id, error: describeError(error) });
  }
}

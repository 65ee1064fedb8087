import { shardOf } from '@millrace/resources';
import type { RunSubmission } from './run-controller.js';

const PREFIX = 'scheduledworkflows.kubeflow.org';

/** Label of every Workflow that a schedule made, and its value. KFP uses the same keys. */
export const LABEL_OF_SCHEDULE = `${PREFIX}/isOwnedByScheduledWorkflow`;
/** Label with the name of the ScheduledWorkflow that made a Workflow. */
export const LABEL_SCHEDULE_NAME = `${PREFIX}/scheduledWorkflowName`;

/** Label with the shard of the recurring run, so that each replica is only told of the ends of its own. */
export const LABEL_SCHEDULE_SHARD = 'millrace/schedule-shard';

/** KFP's labels on the Workflow of a run that a schedule made, and ours; none on others. */
export function scheduleLabels({ schedule, scheduledAt, recurringRunId }: Pick<RunSubmission, 'schedule' | 'scheduledAt' | 'recurringRunId'>): Readonly<Record<string, string>> {
  if (schedule === undefined) return {};
  return {
    [LABEL_OF_SCHEDULE]: 'true',
    [LABEL_SCHEDULE_NAME]: schedule.name,
    [`${PREFIX}/workflowIndex`]: String(schedule.index),
    ...(recurringRunId !== undefined && { [LABEL_SCHEDULE_SHARD]: String(shardOf(recurringRunId)) }),
    ...(scheduledAt && { [`${PREFIX}/workflowEpoch`]: String(Math.floor(scheduledAt.getTime() / 1000)) }),
  };
}

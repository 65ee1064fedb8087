import type { RecurringRun } from '@millrace/database';
import { LABEL_SHARD, shardOf, type ResourceRef } from '@millrace/resources';
import { LABEL_RECURRING_RUN_ID, SCHEDULED_WORKFLOW_API_VERSION, type ScheduledWorkflow } from '@millrace/scheduling';

/** The ScheduledWorkflow of a recurring run. */
export function scheduleRefOf({ namespace, scheduleName }: Pick<RecurringRun, 'namespace' | 'scheduleName'>): ResourceRef {
  return { namespace, name: scheduleName };
}

/** The ScheduledWorkflow as it is to be created. Parameters stand there as JSON, as KFP writes them. */
export function scheduleOf(run: RecurringRun): ScheduledWorkflow {
  const { pipelineId, pipelineVersionId, pipelineRoot } = run;
  return {
    apiVersion: SCHEDULED_WORKFLOW_API_VERSION,
    kind: 'ScheduledWorkflow',
    metadata: { ...scheduleRefOf(run), labels: { [LABEL_RECURRING_RUN_ID]: run.id, [LABEL_SHARD]: String(shardOf(run.id)) } },
    spec: {
      enabled: run.status === 'ENABLED',
      maxConcurrency: run.maxConcurrency,
      noCatchup: run.noCatchup,
      trigger: run.trigger,
      workflow: {
        parameters: Object.entries(run.parameters).map(([name, value]) => ({ name, value: JSON.stringify(value) })),
        ...(pipelineRoot !== undefined && { pipelineRoot }),
      },
      experimentId: run.experimentId,
      ...(pipelineId !== undefined && { pipelineId }),
      ...(pipelineVersionId !== undefined && { pipelineVersionId }),
      pipelineName: run.pipelineName,
      serviceAccount: run.serviceAccount,
    },
    status: {},
  };
}

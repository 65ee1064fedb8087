import type { Run } from '@millrace/database';
import type { RunSubmission } from './run-controller.js';

type Decided = Pick<Run, 'id' | 'pipelineName' | 'artifactRoot' | 'workflowName' | 'taskCounts' | 'createdAt' | 'scheduledAt'>;

/** The row of a run that is to be submitted: what its submission says, and what was decided about it. */
export function newRun(submission: RunSubmission, decided: Decided): Run {
  const { namespace, experimentId, displayName, description = '', serviceAccount, pipelineId, pipelineVersionId, recurringRunId, parameters, pipelineRoot } = submission;
  return {
    namespace,
    experimentId,
    displayName,
    description,
    serviceAccount,
    pipelineId,
    pipelineVersionId,
    recurringRunId,
    parameters: parameters as Run['parameters'],
    pipelineRoot,
    storageState: 'AVAILABLE',
    submitted: false,
    state: 'PENDING',
    stateHistory: [{ state: 'PENDING', at: decided.createdAt }],
    ...decided,
  };
}

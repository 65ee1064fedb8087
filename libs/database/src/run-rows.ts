import type { RunModel } from './generated/sqlite/models.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { checkLengths } from './length-caps.js';
import type { Run, RunState, StateChange, StorageState } from './model.js';

interface StoredStateChange {
  readonly state: RunState;
  readonly at: string;
  readonly error?: string;
}

export const RUN_COLUMNS = [
  'id',
  'namespace',
  'experimentId',
  'displayName',
  'storageState',
  'state',
  'submitted',
  'createdAt',
  'scheduledAt',
  'startedAt',
  'finishedAt',
  'pipelineId',
  'pipelineVersionId',
  'pipelineName',
  'recurringRunId',
  'serviceAccount',
  'workflowName',
  'pipelineRoot',
  'artifactRoot',
  'taskCounts',
  'stateHistory',
  'error',
  'description',
  'parameters',
] as const satisfies readonly (keyof RunModel)[];

export function readHistory(text: string): readonly StateChange[] {
  return fromJsonText<readonly StoredStateChange[]>(text).map((change) => ({ ...change, at: new Date(change.at) }));
}

export function toRun(row: RunModel): Run {
  return {
    id: row.id,
    namespace: row.namespace,
    experimentId: row.experimentId,
    displayName: row.displayName,
    description: row.description,
    storageState: row.storageState as StorageState,
    serviceAccount: row.serviceAccount,
    ...(row.pipelineId !== null && { pipelineId: row.pipelineId }),
    ...(row.pipelineVersionId !== null && { pipelineVersionId: row.pipelineVersionId }),
    pipelineName: row.pipelineName,
    ...(row.recurringRunId !== null && { recurringRunId: row.recurringRunId }),
    parameters: fromJsonText(row.parameters),
    ...(row.pipelineRoot !== null && { pipelineRoot: row.pipelineRoot }),
    artifactRoot: row.artifactRoot,
    workflowName: row.workflowName,
    // MySQL's booleans are the numbers 0 and 1.
    submitted: Boolean(row.submitted),
    state: row.state as RunState,
    stateHistory: readHistory(row.stateHistory),
    ...(row.error !== null && { error: row.error }),
    taskCounts: fromJsonText(row.taskCounts),
    createdAt: row.createdAt,
    scheduledAt: row.scheduledAt,
    ...(row.startedAt !== null && { startedAt: row.startedAt }),
    ...(row.finishedAt !== null && { finishedAt: row.finishedAt }),
  };
}

export function fromRun(run: Run): RunModel {
  checkLengths({
    'Run.Namespace': run.namespace,
    'Run.DisplayName': run.displayName,
    'Run.PipelineName': run.pipelineName,
    'Run.ServiceAccount': run.serviceAccount,
    'Run.WorkflowName': run.workflowName,
  });
  return {
    id: run.id,
    namespace: run.namespace,
    experimentId: run.experimentId,
    displayName: run.displayName,
    storageState: run.storageState,
    state: run.state,
    submitted: run.submitted,
    createdAt: run.createdAt,
    scheduledAt: run.scheduledAt,
    startedAt: run.startedAt ?? null,
    finishedAt: run.finishedAt ?? null,
    pipelineId: run.pipelineId ?? null,
    pipelineVersionId: run.pipelineVersionId ?? null,
    pipelineName: run.pipelineName,
    recurringRunId: run.recurringRunId ?? null,
    serviceAccount: run.serviceAccount,
    workflowName: run.workflowName,
    pipelineRoot: run.pipelineRoot ?? null,
    artifactRoot: run.artifactRoot,
    taskCounts: toJsonText(run.taskCounts)!,
    stateHistory: toJsonText(run.stateHistory)!,
    error: run.error ?? null,
    description: run.description,
    parameters: toJsonText(run.parameters)!,
  };
}

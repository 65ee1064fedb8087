import type { Database, PipelineDocument, RecurringRun } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import type { JsonValue } from '@millrace/pipeline-spec';
import { readDocument, resolvePipeline, type ResolvedPipeline, type RunSubmission } from '@millrace/run-controller';
import type { ScheduledWorkflowSpec } from '@millrace/scheduling';
import { runNameOf, scheduledRunId } from './scheduled-run.js';

export interface SlotOfSchedule {
  readonly spec: ScheduledWorkflowSpec;
  readonly recurringRun: RecurringRun;
  readonly slot: number;
  readonly index: number;
}

/** The run of a slot as its ScheduledWorkflow says, with the version that is the latest now when it names none. */
export async function makeSubmission(database: Database, { spec, recurringRun, slot, index }: SlotOfSchedule, document?: PipelineDocument): Promise<RunSubmission> {
  const { id, namespace, scheduleName } = recurringRun;
  const pipeline = await pipelineOf(database, spec, document ?? (await database.recurringRuns.getDocument(id)));
  const experimentId = spec.experimentId ?? recurringRun.experimentId;
  await database.experiments.get(experimentId).catch((error: unknown) => explain(error, `Its experiment ${experimentId} is gone; make a recurring run in another one.`));
  const { pipelineRoot } = spec.workflow ?? {};
  return {
    id: scheduledRunId(id, slot),
    namespace,
    experimentId,
    displayName: runNameOf(recurringRun.displayName, index),
    description: recurringRun.description,
    serviceAccount: spec.serviceAccount ?? recurringRun.serviceAccount,
    ...pipeline,
    parameters: parametersOf(spec),
    ...(pipelineRoot && { pipelineRoot }),
    recurringRunId: id,
    scheduledAt: new Date(slot),
    schedule: { name: scheduleName, index },
  };
}

async function pipelineOf(database: Database, { pipelineId, pipelineVersionId }: ScheduledWorkflowSpec, document: PipelineDocument | undefined): Promise<ResolvedPipeline> {
  if (pipelineId === undefined && pipelineVersionId === undefined) {
    if (document === undefined) throw new PipelineError('FAILED_PRECONDITION', 'It names no pipeline and has none of its own; make a new recurring run.');
    return readDocument(document);
  }
  const gone = pipelineVersionId === undefined ? `Its pipeline ${pipelineId} is gone` : `Its pipeline version ${pipelineVersionId} is gone`;
  return resolvePipeline(database, { pipelineId, versionId: pipelineVersionId }).catch((error: unknown) => explain(error, `${gone}; make a recurring run of another one.`));
}

function explain(error: unknown, message: string): never {
  if (isPipelineError(error) && error.code === 'NOT_FOUND') throw new PipelineError('NOT_FOUND', message, { cause: error });
  throw error;
}

function parametersOf({ workflow }: ScheduledWorkflowSpec): Record<string, JsonValue> {
  return Object.fromEntries((workflow?.parameters ?? []).map(({ name, value }) => [name, readJson(value)]));
}

/** Whoever writes a ScheduledWorkflow by hand may leave out the quotes of a text. */
function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

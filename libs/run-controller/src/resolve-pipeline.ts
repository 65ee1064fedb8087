import type { Database, PipelineDocument, PipelineVersion } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import type { RunSubmission } from './run-controller.js';

/** What of a submission says which pipeline it runs. */
export type ResolvedPipeline = Pick<RunSubmission, 'pipeline' | 'document' | 'pipelineId' | 'pipelineVersionId'>;

/** The version a run shall use: the one that is named, else the pipeline's latest. NOT_FOUND, INVALID_ARGUMENT or FAILED_PRECONDITION say what is wrong. */
export async function resolveVersion(database: Database, { pipelineId, versionId }: { readonly pipelineId?: string; readonly versionId?: string }): Promise<PipelineVersion> {
  if (versionId) {
    const version = await database.pipelines.getVersion(versionId);
    if (pipelineId && version.pipelineId !== pipelineId) {
      throw new PipelineError('INVALID_ARGUMENT', `Pipeline version ${versionId} belongs to pipeline ${version.pipelineId} (not ${pipelineId})`);
    }
    return version;
  }
  if (!pipelineId) throw new PipelineError('INVALID_ARGUMENT', 'Name a pipeline: pipeline_version_reference needs pipeline_id, or give a pipeline_spec.');
  const pipeline = await database.pipelines.get(pipelineId);
  const latest = await database.pipelines.latestVersion(pipelineId);
  if (!latest) throw new PipelineError('FAILED_PRECONDITION', `Pipeline "${pipeline.displayName}" has no version yet; upload one first.`);
  return latest;
}

/** The pipeline of a stored version, read again: what it was uploaded as counts, not what was known of it then. */
export async function resolvePipeline(database: Database, reference: { readonly pipelineId?: string; readonly versionId?: string }): Promise<ResolvedPipeline> {
  const version = await resolveVersion(database, reference);
  const document = await database.pipelines.getDocument(version.id);
  return { ...readDocument(document), pipelineId: version.pipelineId, pipelineVersionId: version.id };
}

/** A document as it was stored, parsed. */
export function readDocument(document: PipelineDocument): Pick<ResolvedPipeline, 'pipeline' | 'document'> {
  return { pipeline: parseAnyPipelineValue(document.pipelineSpec, document.platformSpec), document };
}

import type { Database, Json, ListQuery, Page, PipelineDocument, Run, StorageState, TaskSummary } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { isWorkflowPipeline, parseAnyPipeline, parseAnyPipelineValue, type AnyPipeline } from '@millrace/pipeline-spec';
import type { RunController, RunSubmission, SubmissionPreview } from '@millrace/run-controller';
import { Inject, Injectable } from '@nestjs/common';
import { ExperimentsService } from '../experiments/experiments.service.js';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { toDocument } from '../pipelines/pipeline-files.service.js';
import { PipelineVersionsService } from '../pipelines/pipeline-versions.service.js';
import { DATABASE, RUN_CONTROLLER, SETTINGS } from '../tokens.js';
import type { RunRequest } from './run-request.js';

/** A run with what only its own page shows. */
export interface RunWithTasks {
  readonly run: Run;
  readonly tasks: readonly TaskSummary[];
  /** The pipeline that was submitted; only for a run that has no stored version. */
  readonly document?: PipelineDocument;
}

/** Runs: what a client asks for is settled here (experiment, version, names), and the run controller does the rest. */
@Injectable()
export class RunsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(RUN_CONTROLLER) private readonly controller: RunController,
    @Inject(ExperimentsService) private readonly experiments: ExperimentsService,
    @Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async create(request: RunRequest): Promise<RunWithTasks> {
    assertName('Run.DisplayName', request.displayName);
    assertDescription(request.description);
    const submission = await this.#toSubmission(request);
    const run = await this.controller.submit(submission);
    return { run, tasks: [], ...(run.pipelineVersionId === undefined && { document: submission.document }) };
  }

  /** What `create` would do. The name may be missing. */
  async preview(request: RunRequest): Promise<SubmissionPreview> {
    return this.controller.preview(await this.#toSubmission({ ...request, displayName: request.displayName || 'preview' }));
  }

  async get(id: string): Promise<RunWithTasks> {
    const run = await this.database.runs.get(id);
    const [tasks, document] = await Promise.all([this.database.tasks.listSummaries(id), run.pipelineVersionId === undefined ? this.database.runs.getDocument(id) : undefined]);
    return { run, tasks, ...(document && { document }) };
  }

  /** The Workflow as it was made for the run. */
  async getWorkflow(id: string): Promise<Json> {
    return (await this.database.runs.getDocuments(id)).workflow;
  }

  list(query: ListQuery & { readonly experimentId?: string }): Promise<Page<Run>> {
    return this.database.runs.list({ ...query, namespace: this.settings.namespace });
  }

  async setStorageState(id: string, state: StorageState): Promise<void> {
    const run = await this.database.runs.get(id);
    if (state === 'AVAILABLE') await this.#assertExperimentAvailable(run);
    await this.database.runs.setStorageState(id, state);
  }

  async terminate(id: string): Promise<void> {
    await this.database.runs.get(id);
    await this.controller.terminate(id);
  }

  async delete(id: string): Promise<void> {
    await this.database.runs.get(id);
    await this.controller.delete(id);
  }

  async #toSubmission(request: RunRequest): Promise<RunSubmission> {
    const experimentId = request.experimentId || (await this.experiments.ensureDefault()).id;
    // An experiment that does not exist is found here, before anything is planned.
    await this.experiments.get(experimentId);
    const { displayName, description, parameters, pipelineRoot } = request;
    const pipeline = await this.#pipelineOf(request.source);
    return {
      namespace: this.settings.namespace,
      experimentId,
      displayName,
      description,
      serviceAccount: request.serviceAccount || serviceAccountOf(pipeline.pipeline) || this.settings.serviceAccount,
      parameters,
      ...(pipelineRoot && { pipelineRoot }),
      ...pipeline,
    };
  }

  async #pipelineOf(source: RunRequest['source']): Promise<{ pipeline: AnyPipeline; document: PipelineDocument; pipelineId?: string; pipelineVersionId?: string }> {
    if (source.kind === 'spec') {
      this.#assertSpecFits(JSON.stringify(source.spec) ?? '');
      const pipeline = parseAnyPipelineValue(source.spec);
      return { pipeline, document: toDocument(pipeline) };
    }
    if (source.kind === 'text') {
      this.#assertSpecFits(source.text);
      const pipeline = parseAnyPipeline(source.text);
      return { pipeline, document: toDocument(pipeline) };
    }
    const version = await this.versions.resolve(source);
    const document = await this.database.pipelines.getDocument(version.id);
    return { pipeline: parseAnyPipelineValue(document.pipelineSpec, document.platformSpec), document, pipelineId: version.pipelineId, pipelineVersionId: version.id };
  }

  #assertSpecFits(text: string): void {
    const limit = this.settings.pipelineUploadLimit;
    const size = Buffer.byteLength(text);
    if (size > limit) throw new PipelineError('INVALID_ARGUMENT', `The pipeline_spec has ${size} bytes; at most ${limit} are taken.`);
  }

  async #assertExperimentAvailable(run: Run): Promise<void> {
    const found = await this.database.experiments.list({ pageSize: 1, filter: [{ operation: 'EQUALS', key: 'experiment_id', value: run.experimentId }] });
    const experiment = found.items[0];
    if (experiment?.storageState === 'ARCHIVED') {
      throw new PipelineError('FAILED_PRECONDITION', `Run ${run.id} cannot be restored: its experiment "${experiment.name}" is archived and must be un-archived first.`);
    }
  }
}

/** The account that a v1 pipeline names itself; the one that its SDK writes into every pipeline says nothing. */
function serviceAccountOf(pipeline: AnyPipeline): string | undefined {
  const named = isWorkflowPipeline(pipeline) ? pipeline.workflow.spec.serviceAccountName : undefined;
  return named === 'pipeline-runner' ? undefined : named;
}

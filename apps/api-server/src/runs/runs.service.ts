import type { Database, Json, ListQuery, Page, PipelineDocument, Run, StorageState, TaskSummary } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { RunController, RunSubmission, SubmissionPreview } from '@millrace/run-controller';
import { Inject, Injectable } from '@nestjs/common';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { DATABASE, RUN_CONTROLLER, SETTINGS } from '../tokens.js';
import type { RunRequest } from './run-request.js';
import { RunSettlingService } from './run-settling.service.js';

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
    @Inject(RunSettlingService) private readonly settling: RunSettlingService,
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

  async retry(id: string): Promise<void> {
    await this.database.runs.get(id);
    await this.controller.retry(id);
  }

  async delete(id: string): Promise<void> {
    await this.database.runs.get(id);
    await this.controller.delete(id);
  }

  async #toSubmission(request: RunRequest): Promise<RunSubmission> {
    const { displayName, description, parameters, pipelineRoot } = request;
    return { displayName, description, parameters, ...(pipelineRoot && { pipelineRoot }), ...(await this.settling.settle(request)) };
  }

  async #assertExperimentAvailable(run: Run): Promise<void> {
    const found = await this.database.experiments.list({ pageSize: 1, filter: [{ operation: 'EQUALS', key: 'experiment_id', value: run.experimentId }] });
    const experiment = found.items[0];
    if (experiment?.storageState === 'ARCHIVED') {
      throw new PipelineError('FAILED_PRECONDITION', `Run ${run.id} cannot be restored: its experiment "${experiment.name}" is archived and must be un-archived first.`);
    }
  }
}

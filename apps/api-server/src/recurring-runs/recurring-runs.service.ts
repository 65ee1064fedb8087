import type { Database, ListQuery, Page, PipelineDocument, RecurringRun } from '@millrace/database';
import { isWorkflowPipeline, type AnyPipeline } from '@millrace/pipeline-spec';
import type { ScheduleController } from '@millrace/schedule-controller';
import { Inject, Injectable } from '@nestjs/common';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { RunSettlingService } from '../runs/run-settling.service.js';
import { DATABASE, SCHEDULE_CONTROLLER, SETTINGS } from '../tokens.js';
import type { RecurringRunRequest } from './recurring-run-request.js';

/** A recurring run with the pipeline that it was made with, when it names none. */
export interface RecurringRunWithDocument {
  readonly recurringRun: RecurringRun;
  readonly document?: PipelineDocument;
}

/** Recurring runs: what a client asks for is settled here (experiment, pipeline, names), and the schedule controller does the rest. */
@Injectable()
export class RecurringRunsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SCHEDULE_CONTROLLER) private readonly controller: ScheduleController,
    @Inject(RunSettlingService) private readonly settling: RunSettlingService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async create(request: RecurringRunRequest): Promise<RecurringRunWithDocument> {
    const { displayName, description, source, parameters, pipelineRoot, status, trigger, noCatchup, maxConcurrency } = request;
    assertName('RecurringRun.DisplayName', displayName);
    assertDescription(description);
    const { namespace, experimentId, serviceAccount, pipeline, pipelineId, document } = await this.settling.settle(request);
    const { newId, clock } = this.settings;
    const id = newId();
    const createdAt = clock();
    const recurringRun: RecurringRun = {
      id,
      namespace,
      experimentId,
      displayName,
      description,
      status,
      trigger,
      noCatchup,
      maxConcurrency,
      ...(pipelineId !== undefined && { pipelineId }),
      // The latest is looked up again for each run.
      ...(source.kind === 'version' && source.versionId && { pipelineVersionId: source.versionId }),
      pipelineName: nameOf(pipeline),
      serviceAccount,
      parameters,
      ...(pipelineRoot && { pipelineRoot }),
      scheduleName: scheduleName(displayName, id),
      submitted: false,
      createdAt,
      updatedAt: createdAt,
      lastIndex: 0,
    };
    const own = pipelineId === undefined ? document : undefined;
    const created = await this.controller.create(recurringRun, own);
    return { recurringRun: created, ...(own && { document: own }) };
  }

  async get(id: string): Promise<RecurringRunWithDocument> {
    const recurringRun = await this.database.recurringRuns.get(id);
    const document = recurringRun.pipelineId === undefined ? await this.database.recurringRuns.getDocument(id) : undefined;
    return { recurringRun, ...(document && { document }) };
  }

  list(query: ListQuery & { readonly experimentId?: string }): Promise<Page<RecurringRun>> {
    return this.database.recurringRuns.list({ ...query, namespace: this.settings.namespace });
  }

  async setEnabled(id: string, enabled: boolean): Promise<void> {
    await this.controller.setEnabled(id, enabled);
  }

  /** What of its runs in progress becomes: see `ScheduleController.delete`. */
  async delete(id: string, runs: Parameters<ScheduleController['delete']>[1]): Promise<void> {
    await this.controller.delete(id, runs);
  }
}

function nameOf(pipeline: AnyPipeline): string {
  return (isWorkflowPipeline(pipeline) ? pipeline.name : pipeline.spec.pipelineInfo.name).slice(0, 255);
}

/** A DNS-1123 name that says which recurring run it is. */
function scheduleName(displayName: string, id: string): string {
  const prefix = displayName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40).replaceAll(/^-+|-+$/g, '');
  return `${prefix || 'schedule'}-${id.replaceAll('-', '').slice(0, 10)}`;
}

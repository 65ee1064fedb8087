import type { Database, PipelineDocument } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { isWorkflowPipeline, type AnyPipeline } from '@millrace/pipeline-spec';
import { resolvePipeline, type ResolvedPipeline, type RunSubmission } from '@millrace/run-controller';
import { Inject, Injectable } from '@nestjs/common';
import { ExperimentsService } from '../experiments/experiments.service.js';
import type { Settings } from '../options.js';
import { toDocument } from '../pipelines/pipeline-files.service.js';
import { DATABASE, SETTINGS } from '../tokens.js';
import type { RunRequest } from './run-request.js';

/** Settles what a client may leave open when it asks for runs: experiment, account, pipeline. */
@Injectable()
export class RunSettlingService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ExperimentsService) private readonly experiments: ExperimentsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async settle(request: Pick<RunRequest, 'experimentId' | 'serviceAccount' | 'source'>): Promise<Pick<RunSubmission, 'namespace' | 'experimentId' | 'serviceAccount'> & ResolvedPipeline> {
    const experimentId = request.experimentId || (await this.experiments.ensureDefault()).id;
    // An experiment that does not exist is found here, before anything is planned.
    await this.experiments.get(experimentId);
    const resolved = await this.#pipelineOf(request.source);
    return {
      namespace: this.settings.namespace,
      experimentId,
      serviceAccount: request.serviceAccount || serviceAccountOf(resolved.pipeline) || this.settings.serviceAccount,
      ...resolved,
    };
  }

  async #pipelineOf(source: RunRequest['source']): Promise<ResolvedPipeline> {
    if (source.kind === 'version') return resolvePipeline(this.database, source);
    if (source.kind === 'text') {
      this.#assertSpecFits(source.text);
      return withDocument(await this.settings.pipelines.fromText(source.text));
    }
    const json = JSON.stringify(source.spec) ?? '';
    this.#assertSpecFits(json);
    return withDocument(await this.settings.pipelines.fromValue(source.spec, json));
  }

  #assertSpecFits(text: string): void {
    const limit = this.settings.pipelineUploadLimit;
    const size = Buffer.byteLength(text);
    if (size > limit) throw new PipelineError('INVALID_ARGUMENT', `The pipeline_spec has ${size} bytes; at most ${limit} are taken.`);
  }
}

function withDocument(pipeline: AnyPipeline): { readonly pipeline: AnyPipeline; readonly document: PipelineDocument } {
  return { pipeline, document: toDocument(pipeline) };
}

/** The account that a v1 pipeline names itself; the one that its SDK writes into every pipeline says nothing. */
function serviceAccountOf(pipeline: AnyPipeline): string | undefined {
  const named = isWorkflowPipeline(pipeline) ? pipeline.workflow.spec.serviceAccountName : undefined;
  return named === 'pipeline-runner' ? undefined : named;
}

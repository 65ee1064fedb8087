import { v1beta1 } from '@millrace/api-contract';
import type { Pipeline } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { PipelineVersionsService } from '../../pipelines/pipeline-versions.service.js';
import { PipelinesService } from '../../pipelines/pipelines.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { toTemplate } from './manifest.mapper.js';
import { refusePackageUrl } from './package-url.js';
import { toWire, toWirePage, type PipelineWithVersion } from './pipelines.mapper.js';

@Controller('apis/v1beta1')
export class PipelinesController {
  constructor(
    @Inject(PipelinesService) private readonly pipelines: PipelinesService,
    @Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService,
  ) {}

  @Post('pipelines', 'pipelines:create')
  create(@Body(body(v1beta1.pipeline)) wire: v1beta1.WirePipeline) {
    return refusePackageUrl(wire.url?.pipeline_url);
  }

  @Get('pipelines', 'pipelines:list')
  async list(@Query(query(v1beta1.listPipelinesQuery)) wire: z.infer<typeof v1beta1.listPipelinesQuery>) {
    const page = await this.pipelines.list(toListQuery(wire));
    return toWirePage(page, await Promise.all(page.items.map((pipeline) => this.#withLatest(pipeline))));
  }

  @Get('pipelines/:id', 'pipelines:get')
  async get(@Param('id') id: string) {
    return toWire(await this.#withLatest(await this.pipelines.get(id)));
  }

  /** There is one namespace, whatever it is called. */
  @Get('namespaces/:namespace/pipelines/:name', 'pipelines:get')
  async getByName(@Param('name') name: string) {
    return toWire(await this.#withLatest(await this.pipelines.getByName(name)));
  }

  /** In v1 a pipeline goes with its versions. */
  @Delete('pipelines/:id', 'pipelines:delete')
  async delete(@Param('id') id: string) {
    await this.pipelines.delete(id, { cascade: true });
    return {};
  }

  @Get('pipelines/:id/templates', 'pipelines:get')
  async getTemplate(@Param('id') id: string) {
    const { id: versionId } = await this.versions.resolve({ pipelineId: id });
    const { document } = await this.versions.get(versionId);
    return { template: document ? toTemplate(document) : '' };
  }

  @Post('pipelines/:pipeline_id/default_version/:version_id', 'pipelines:update')
  async setDefaultVersion(@Param('pipeline_id') pipelineId: string, @Param('version_id') versionId: string) {
    await this.versions.resolve({ pipelineId, versionId });
    const latest = await this.versions.resolve({ pipelineId });
    if (latest.id === versionId) return {};
    throw new PipelineError('UNIMPLEMENTED', `Version ${versionId} cannot be made the default one: that is always the newest, which is ${latest.id}. Name the version when you start a run.`);
  }

  async #withLatest(pipeline: Pipeline): Promise<PipelineWithVersion> {
    const latest = await this.versions.findLatest(pipeline.id);
    return { pipeline, ...(latest && { latest }) };
  }
}

import { v1beta1 } from '@millrace/api-contract';
import { PipelineError } from '@millrace/errors';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { PipelineVersionsService } from '../../pipelines/pipeline-versions.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { toTemplate } from './manifest.mapper.js';
import { refusePackageUrl } from './package-url.js';
import { toWireVersion, toWireVersionPage } from './pipelines.mapper.js';

@Controller('apis/v1beta1/pipeline_versions')
export class PipelineVersionsController {
  constructor(@Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService) {}

  @Post('', 'pipelines:create')
  create(@Body(body(v1beta1.pipelineVersion)) wire: v1beta1.WirePipelineVersion) {
    return refusePackageUrl(wire.package_url?.pipeline_url);
  }

  @Get('', 'pipelines:list')
  async list(@Query(query(v1beta1.listPipelineVersionsQuery)) wire: z.infer<typeof v1beta1.listPipelineVersionsQuery>) {
    const { 'resource_key.type': type, 'resource_key.id': pipelineId } = wire;
    if (type !== 'PIPELINE' || !pipelineId) throw new PipelineError('INVALID_ARGUMENT', 'Name the pipeline whose versions to list: resource_key.type=PIPELINE and resource_key.id.');
    return toWireVersionPage(await this.versions.list(pipelineId, toListQuery(wire)));
  }

  @Get(':version_id', 'pipelines:get')
  async get(@Param('version_id') id: string) {
    return toWireVersion(await this.versions.get(id));
  }

  @Delete(':version_id', 'pipelines:delete')
  async delete(@Param('version_id') id: string) {
    await this.versions.delete(id);
    return {};
  }

  @Get(':version_id/templates', 'pipelines:get')
  async getTemplate(@Param('version_id') id: string) {
    const { document } = await this.versions.get(id);
    return { template: document ? toTemplate(document) : '' };
  }
}

import { v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { PipelineVersionsService } from '../../pipelines/pipeline-versions.service.js';
import { Delete, Get, Patch, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { refusePackageUrl } from './package-url.js';
import { toChange, toWireVersion, toWireVersionPage } from './pipelines.mapper.js';

/** As in KFP, the pipeline's id in the path of a version is not looked at. */
@Controller('apis/v2beta1/pipelines/:pipeline_id/versions')
export class PipelineVersionsController {
  constructor(@Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService) {}

  @Post('', 'pipelines:create')
  create(@Body(body(v2beta1.pipelineVersion)) wire: v2beta1.WirePipelineVersion) {
    return refusePackageUrl(wire.package_url?.pipeline_url);
  }

  @Get('', 'pipelines:list')
  async list(@Param('pipeline_id') pipelineId: string, @Query(query(v2beta1.listPipelineVersionsQuery)) wire: z.infer<typeof v2beta1.listPipelineVersionsQuery>) {
    return toWireVersionPage(await this.versions.list(pipelineId, toListQuery(wire)));
  }

  @Get(':pipeline_version_id', 'pipelines:get')
  async get(@Param('pipeline_version_id') id: string) {
    return toWireVersion(await this.versions.get(id));
  }

  @Patch(':pipeline_version_id', 'pipelines:update')
  async update(@Param('pipeline_version_id') id: string, @Body(body(v2beta1.pipelineVersion)) wire: v2beta1.WirePipelineVersion) {
    return toWireVersion(await this.versions.update(id, toChange(wire)));
  }

  @Delete(':pipeline_version_id', 'pipelines:delete')
  async delete(@Param('pipeline_version_id') id: string) {
    await this.versions.delete(id);
    return {};
  }
}

import { v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { PipelinesService } from '../../pipelines/pipelines.service.js';
import { Delete, Get, Patch, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { refusePackageUrl } from './package-url.js';
import { toChange, toNaming, toWire, toWirePage } from './pipelines.mapper.js';
import { withUpstreamCodes } from './upstream-codes.js';

@Controller('apis/v2beta1/pipelines')
export class PipelinesController {
  constructor(@Inject(PipelinesService) private readonly pipelines: PipelinesService) {}

  @Post('', 'pipelines:create')
  async create(@Body(body(v2beta1.pipeline)) wire: v2beta1.WirePipeline) {
    return toWire(await withUpstreamCodes(() => this.pipelines.create(toNaming(wire)), { names: 'INTERNAL' }));
  }

  @Post('create', 'pipelines:create')
  createWithVersion(@Body(body(v2beta1.createPipelineAndVersionRequest)) wire: z.infer<typeof v2beta1.createPipelineAndVersionRequest>) {
    return refusePackageUrl(wire.pipeline_version?.package_url?.pipeline_url);
  }

  @Get('', 'pipelines:list')
  async list(@Query(query(v2beta1.listPipelinesQuery)) wire: z.infer<typeof v2beta1.listPipelinesQuery>) {
    return toWirePage(await this.pipelines.list(toListQuery(wire)));
  }

  @Get('names/:name', 'pipelines:get')
  async getByName(@Param('name') name: string) {
    return toWire(await this.pipelines.getByName(name));
  }

  @Get(':pipeline_id', 'pipelines:get')
  async get(@Param('pipeline_id') id: string) {
    return toWire(await this.pipelines.get(id));
  }

  @Patch(':pipeline_id', 'pipelines:update')
  async update(@Param('pipeline_id') id: string, @Body(body(v2beta1.pipeline)) wire: v2beta1.WirePipeline) {
    return toWire(await this.pipelines.update(id, toChange(wire)));
  }

  @Delete(':pipeline_id', 'pipelines:delete')
  async delete(@Param('pipeline_id') id: string, @Query(query(v2beta1.deletePipelineQuery)) wire: z.infer<typeof v2beta1.deletePipelineQuery>) {
    await this.pipelines.delete(id, { cascade: wire.cascade ?? false });
    return {};
  }
}

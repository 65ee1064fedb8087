import { v1beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { ExperimentsService } from '../../experiments/experiments.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { withUpstreamCodes } from '../v2beta1/upstream-codes.js';
import { fromWire, toWire, toWirePage } from './experiments.mapper.js';
import { toListQuery } from './list-query.mapper.js';

@Controller('apis/v1beta1/experiments')
export class ExperimentsController {
  constructor(@Inject(ExperimentsService) private readonly experiments: ExperimentsService) {}

  @Post('', 'experiments:create')
  async create(@Body(body(v1beta1.experiment)) wire: v1beta1.WireExperiment) {
    return toWire(await withUpstreamCodes(async () => this.experiments.create(fromWire(wire)), { names: 'INTERNAL' }));
  }

  @Get('', 'experiments:list')
  async list(@Query(query(v1beta1.listExperimentsQuery)) wire: z.infer<typeof v1beta1.listExperimentsQuery>) {
    return toWirePage(await this.experiments.list(toListQuery(wire)));
  }

  @Get(':id', 'experiments:get')
  async get(@Param('id') id: string) {
    return toWire(await this.experiments.get(id));
  }

  @Delete(':id', 'experiments:delete')
  async delete(@Param('id') id: string) {
    await this.experiments.delete(id);
    return {};
  }

  @Post(':id(^[^:/]+)::archive', 'experiments:archive')
  async archive(@Param('id') id: string) {
    await this.experiments.setStorageState(id, 'ARCHIVED');
    return {};
  }

  @Post(':id(^[^:/]+)::unarchive', 'experiments:unarchive')
  async unarchive(@Param('id') id: string) {
    await this.experiments.setStorageState(id, 'AVAILABLE');
    return {};
  }
}

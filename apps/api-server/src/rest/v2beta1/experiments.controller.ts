import { v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { ExperimentsService } from '../../experiments/experiments.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { fromWire, toWire, toWirePage } from './experiments.mapper.js';
import { toListQuery } from './list-query.mapper.js';
import { withUpstreamCodes } from './upstream-codes.js';

@Controller('apis/v2beta1/experiments')
export class ExperimentsController {
  constructor(@Inject(ExperimentsService) private readonly experiments: ExperimentsService) {}

  @Post('', 'experiments:create')
  async create(@Body(body(v2beta1.experiment)) wire: v2beta1.WireExperiment) {
    return toWire(await withUpstreamCodes(async () => this.experiments.create(fromWire(wire)), { names: 'INTERNAL' }));
  }

  @Get('', 'experiments:list')
  async list(@Query(query(v2beta1.listExperimentsQuery)) wire: z.infer<typeof v2beta1.listExperimentsQuery>) {
    return toWirePage(await this.experiments.list(toListQuery(wire)));
  }

  @Get(':experiment_id', 'experiments:get')
  async get(@Param('experiment_id') id: string) {
    return toWire(await this.experiments.get(id));
  }

  @Delete(':experiment_id', 'experiments:delete')
  async delete(@Param('experiment_id') id: string) {
    await this.experiments.delete(id);
    return {};
  }

  @Post(':experiment_id(^[^:/]+)::archive', 'experiments:archive')
  async archive(@Param('experiment_id') id: string) {
    await this.experiments.setStorageState(id, 'ARCHIVED');
    return {};
  }

  @Post(':experiment_id(^[^:/]+)::unarchive', 'experiments:unarchive')
  async unarchive(@Param('experiment_id') id: string) {
    await this.experiments.setStorageState(id, 'AVAILABLE');
    return {};
  }
}

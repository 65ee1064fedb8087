import { v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { RunsService } from '../../runs/runs.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { fromWire, toStoredStates, toWire, toWirePage } from './runs.mapper.js';
import { withUpstreamCodes } from './upstream-codes.js';

@Controller('apis/v2beta1/runs')
export class RunsController {
  constructor(@Inject(RunsService) private readonly runs: RunsService) {}

  @Post('', 'runs:create')
  async create(@Body(body(v2beta1.run)) wire: v2beta1.WireRun, @Query(query(v2beta1.runQuery)) options: z.infer<typeof v2beta1.runQuery>) {
    return toWire(await withUpstreamCodes(async () => this.runs.create(fromWire(wire, options)), { names: 'INTERNAL', when: { NOT_FOUND: 'INTERNAL' } }));
  }

  @Get('', 'runs:list')
  async list(@Query(query(v2beta1.listRunsQuery)) wire: z.infer<typeof v2beta1.listRunsQuery>) {
    return toWirePage(await this.runs.list({ ...toStoredStates(toListQuery(wire)), experimentId: wire.experiment_id }));
  }

  @Get(':run_id', 'runs:get')
  async get(@Param('run_id') id: string) {
    return toWire(await this.runs.get(id));
  }

  @Delete(':run_id', 'runs:delete')
  async delete(@Param('run_id') id: string) {
    await this.runs.delete(id);
    return {};
  }

  @Post(':run_id(^[^:/]+)::archive', 'runs:archive')
  async archive(@Param('run_id') id: string) {
    await this.runs.setStorageState(id, 'ARCHIVED');
    return {};
  }

  @Post(':run_id(^[^:/]+)::unarchive', 'runs:unarchive')
  async unarchive(@Param('run_id') id: string) {
    await this.runs.setStorageState(id, 'AVAILABLE');
    return {};
  }

  @Post(':run_id(^[^:/]+)::terminate', 'runs:terminate')
  async terminate(@Param('run_id') id: string) {
    await this.runs.terminate(id);
    return {};
  }

  @Post(':run_id(^[^:/]+)::retry', 'runs:retry')
  async retry(@Param('run_id') id: string) {
    await withUpstreamCodes(async () => this.runs.retry(id), { when: { FAILED_PRECONDITION: 'INTERNAL' } });
    return {};
  }
}

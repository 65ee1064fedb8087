import { v1beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { RunViewsService } from '../../runs/run-views.service.js';
import { RunsService } from '../../runs/runs.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { withUpstreamCodes } from '../v2beta1/upstream-codes.js';
import { toListQuery } from './list-query.mapper.js';
import { experimentOf } from './resource-references.mapper.js';
import { fromWire, toWireDetail, toWirePage } from './runs.mapper.js';

@Controller('apis/v1beta1/runs')
export class RunsController {
  constructor(
    @Inject(RunsService) private readonly runs: RunsService,
    @Inject(RunViewsService) private readonly views: RunViewsService,
  ) {}

  @Post('', 'runs:create')
  async create(@Body(body(v1beta1.run)) wire: v1beta1.WireRun) {
    const { run } = await withUpstreamCodes(async () => this.runs.create(fromWire(wire)), { names: 'INTERNAL', when: { NOT_FOUND: 'INTERNAL' } });
    return this.#detail(run.id);
  }

  @Get('', 'runs:list')
  async list(@Query(query(v1beta1.listRunsQuery)) wire: z.infer<typeof v1beta1.listRunsQuery>) {
    const page = await this.views.list({ ...toListQuery(wire), ...experimentOf(wire, 'Runs') });
    return toWirePage(page, await this.views.listMetrics(page.items.map(({ run }) => run.id)));
  }

  @Get(':run_id', 'runs:get')
  get(@Param('run_id') id: string) {
    return this.#detail(id);
  }

  @Delete(':id', 'runs:delete')
  async delete(@Param('id') id: string) {
    await this.runs.delete(id);
    return {};
  }

  @Post(':id(^[^:/]+)::archive', 'runs:archive')
  async archive(@Param('id') id: string) {
    await this.runs.setStorageState(id, 'ARCHIVED');
    return {};
  }

  @Post(':id(^[^:/]+)::unarchive', 'runs:unarchive')
  async unarchive(@Param('id') id: string) {
    await this.runs.setStorageState(id, 'AVAILABLE');
    return {};
  }

  @Post(':run_id/terminate', 'runs:terminate')
  async terminate(@Param('run_id') id: string) {
    await this.runs.terminate(id);
    return {};
  }

  @Post(':run_id/retry', 'runs:retry')
  async retry(@Param('run_id') id: string) {
    await withUpstreamCodes(async () => this.runs.retry(id), { when: { FAILED_PRECONDITION: 'INTERNAL' } });
    return {};
  }

  async #detail(id: string): Promise<v1beta1.WireRunDetail> {
    const [page, workflow] = await Promise.all([this.views.get(id), this.runs.getWorkflow(id)]);
    return toWireDetail(page, workflow);
  }
}

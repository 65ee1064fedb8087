import { v1beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { RecurringRunViewsService } from '../../recurring-runs/recurring-run-views.service.js';
import { RecurringRunsService } from '../../recurring-runs/recurring-runs.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { fromWire, toWire, toWirePage } from './jobs.mapper.js';
import { toListQuery } from './list-query.mapper.js';
import { experimentOf } from './resource-references.mapper.js';

/** v1's word for recurring runs. */
@Controller('apis/v1beta1/jobs')
export class JobsController {
  constructor(
    @Inject(RecurringRunsService) private readonly recurringRuns: RecurringRunsService,
    @Inject(RecurringRunViewsService) private readonly views: RecurringRunViewsService,
  ) {}

  @Post('', 'recurringruns:create')
  async create(@Body(body(v1beta1.job)) wire: v1beta1.WireJob) {
    const { recurringRun } = await this.recurringRuns.create(fromWire(wire));
    return toWire(await this.views.get(recurringRun.id));
  }

  @Get('', 'recurringruns:list')
  async list(@Query(query(v1beta1.listJobsQuery)) wire: z.infer<typeof v1beta1.listJobsQuery>) {
    return toWirePage(await this.views.list({ ...toListQuery(wire), ...experimentOf(wire, 'Jobs') }));
  }

  @Get(':id', 'recurringruns:get')
  async get(@Param('id') id: string) {
    return toWire(await this.views.get(id));
  }

  @Delete(':id', 'recurringruns:delete')
  async delete(@Param('id') id: string) {
    await this.recurringRuns.delete(id, 'end-after');
    return {};
  }

  @Post(':id/enable', 'recurringruns:enable')
  async enable(@Param('id') id: string) {
    await this.recurringRuns.setEnabled(id, true);
    return {};
  }

  @Post(':id/disable', 'recurringruns:disable')
  async disable(@Param('id') id: string) {
    await this.recurringRuns.setEnabled(id, false);
    return {};
  }
}

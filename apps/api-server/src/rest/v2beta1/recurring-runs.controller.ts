import { v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { RecurringRunsService } from '../../recurring-runs/recurring-runs.service.js';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { toListQuery } from './list-query.mapper.js';
import { fromWire, fromWirePolicy, toWire, toWirePage } from './recurring-runs.mapper.js';

@Controller('apis/v2beta1/recurringruns')
export class RecurringRunsController {
  constructor(@Inject(RecurringRunsService) private readonly recurringRuns: RecurringRunsService) {}

  @Post('', 'recurringruns:create')
  async create(@Body(body(v2beta1.recurringRun)) wire: v2beta1.WireRecurringRun) {
    return toWire(await this.recurringRuns.create(fromWire(wire)));
  }

  @Get('', 'recurringruns:list')
  async list(@Query(query(v2beta1.listRecurringRunsQuery)) wire: z.infer<typeof v2beta1.listRecurringRunsQuery>) {
    return toWirePage(await this.recurringRuns.list({ ...toListQuery(wire), experimentId: wire.experiment_id }));
  }

  @Get(':recurring_run_id', 'recurringruns:get')
  async get(@Param('recurring_run_id') id: string) {
    return toWire(await this.recurringRuns.get(id));
  }

  @Delete(':recurring_run_id', 'recurringruns:delete')
  async delete(@Param('recurring_run_id') id: string, @Query(query(v2beta1.deleteRecurringRunQuery)) wire: z.infer<typeof v2beta1.deleteRecurringRunQuery>) {
    await this.recurringRuns.delete(id, fromWirePolicy(wire.propagation_policy));
    return {};
  }

  @Post(':recurring_run_id(^[^:/]+)::enable', 'recurringruns:enable')
  async enable(@Param('recurring_run_id') id: string) {
    await this.recurringRuns.setEnabled(id, true);
    return {};
  }

  @Post(':recurring_run_id(^[^:/]+)::disable', 'recurringruns:disable')
  async disable(@Param('recurring_run_id') id: string) {
    await this.recurringRuns.setEnabled(id, false);
    return {};
  }
}

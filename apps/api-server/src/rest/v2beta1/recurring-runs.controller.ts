import { v2beta1 } from '@millrace/api-contract';
import { PipelineError } from '@millrace/errors';
import { Body, Controller, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';

/** There are no recurring runs yet: lists are empty and none is found, so that clients which always ask go on. */
@Controller('apis/v2beta1/recurringruns')
export class RecurringRunsController {
  @Post('', 'recurringruns:create')
  create(@Body(body(v2beta1.recurringRun)) wire: v2beta1.WireRecurringRun) {
    throw new PipelineError('UNIMPLEMENTED', `Recurring run "${wire.display_name ?? ''}" cannot be created: recurring runs are not supported yet. Start runs from a scheduler of your own with POST /apis/v2beta1/runs.`);
  }

  @Get('', 'recurringruns:list')
  list(@Query(query(v2beta1.listRecurringRunsQuery)) _wire: z.infer<typeof v2beta1.listRecurringRunsQuery>) {
    return {};
  }

  @Get(':recurring_run_id', 'recurringruns:get')
  get(@Param('recurring_run_id') id: string) {
    return notFound(id);
  }

  @Delete(':recurring_run_id', 'recurringruns:delete')
  delete(@Param('recurring_run_id') id: string) {
    return notFound(id);
  }

  @Post(':recurring_run_id(^[^:/]+)::enable', 'recurringruns:enable')
  enable(@Param('recurring_run_id') id: string) {
    return notFound(id);
  }

  @Post(':recurring_run_id(^[^:/]+)::disable', 'recurringruns:disable')
  disable(@Param('recurring_run_id') id: string) {
    return notFound(id);
  }
}

function notFound(id: string): never {
  throw new PipelineError('NOT_FOUND', `RecurringRun ${id} not found`);
}

import { millraceQueries } from '@millrace/api-contract';
import { Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import type { Settings } from '../../options.js';
import { RecurringRunViewsService } from '../../recurring-runs/recurring-run-views.service.js';
import { SETTINGS } from '../../tokens.js';
import { Get } from '../route.js';
import { query } from '../schema.pipe.js';
import { toRecurringRunListQuery } from './list-query.mapper.js';
import { toRecurringRunDetail, toRecurringRunList } from './recurring-runs.mapper.js';

@Controller('apis/millrace/v1/recurring-runs')
export class RecurringRunViewsController {
  constructor(
    @Inject(RecurringRunViewsService) private readonly views: RecurringRunViewsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('', 'recurringruns:list')
  async list(@Query(query(millraceQueries.listRecurringRunsQuery)) wire: z.infer<typeof millraceQueries.listRecurringRunsQuery>) {
    return toRecurringRunList(await this.views.list(toRecurringRunListQuery(wire)), this.settings.timeZone);
  }

  @Get(':recurring_run_id', 'recurringruns:get')
  async get(@Param('recurring_run_id') id: string) {
    return toRecurringRunDetail(await this.views.get(id), this.settings.timeZone);
  }
}

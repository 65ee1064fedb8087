import { v1beta1 } from '@millrace/api-contract';
import { PipelineError } from '@millrace/errors';
import { Body, Controller, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Delete, Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';

/** v1's recurring runs: there are none here. Lists are empty, so that clients which always ask go on. */
@Controller('apis/v1beta1/jobs')
export class JobsController {
  @Post('', 'recurringruns:create')
  create(@Body(body(v1beta1.job)) wire: v1beta1.WireJob) {
    throw new PipelineError('UNIMPLEMENTED', `Job "${wire.name ?? ''}" cannot be created: v1beta1 jobs are not supported. Use recurring runs of /apis/v2beta1/recurringruns.`);
  }

  @Get('', 'recurringruns:list')
  list(@Query(query(v1beta1.listJobsQuery)) _wire: z.infer<typeof v1beta1.listJobsQuery>) {
    return {};
  }

  @Get(':id', 'recurringruns:get')
  get(@Param('id') id: string) {
    return notFound(id);
  }

  @Delete(':id', 'recurringruns:delete')
  delete(@Param('id') id: string) {
    return notFound(id);
  }

  @Post(':id/enable', 'recurringruns:enable')
  enable(@Param('id') id: string) {
    return notFound(id);
  }

  @Post(':id/disable', 'recurringruns:disable')
  disable(@Param('id') id: string) {
    return notFound(id);
  }
}

function notFound(id: string): never {
  throw new PipelineError('NOT_FOUND', `Job ${id} not found`);
}

import { millraceQueries, v2beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { ArtifactInfoService } from '../../artifacts/artifact-info.service.js';
import { EventHub } from './live/event-hub.js';
import { RunPreviewService } from '../../runs/run-preview.service.js';
import { RunViewsService } from '../../runs/run-views.service.js';
import { Get, Post } from '../route.js';
import { body, query } from '../schema.pipe.js';
import { fromWire } from '../v2beta1/runs.mapper.js';
import { toArtifactPage } from './artifacts.mapper.js';
import { toRunListQuery } from './list-query.mapper.js';
import { toRunDetail, toRunList, toTaskDetail } from './runs.mapper.js';

@Controller('apis/millrace/v1')
export class RunViewsController {
  constructor(
    @Inject(RunViewsService) private readonly views: RunViewsService,
    @Inject(RunPreviewService) private readonly previews: RunPreviewService,
    @Inject(ArtifactInfoService) private readonly infos: ArtifactInfoService,
    @Inject(EventHub) private readonly events: EventHub,
  ) {}

  @Get('runs', 'runs:list')
  async list(@Query(query(millraceQueries.listRunsQuery)) wire: z.infer<typeof millraceQueries.listRunsQuery>) {
    // Taken before the rows are read: an event that is newer may be in them already, but none that is older is missing.
    const revision = this.events.revision;
    return toRunList(await this.views.list(toRunListQuery(wire)), revision);
  }

  @Post('runs::preview', 'runs:create')
  preview(@Body(body(v2beta1.run)) wire: v2beta1.WireRun) {
    return this.previews.preview(() => fromWire(wire));
  }

  @Get('runs/:run_id', 'runs:get')
  async get(@Param('run_id') id: string) {
    const revision = this.events.revision;
    return toRunDetail(await this.views.get(id), revision);
  }

  @Get('runs/:run_id/artifacts', 'runs:get')
  async listArtifacts(@Param('run_id') id: string) {
    return toArtifactPage(await this.views.listArtifacts(id));
  }

  @Get('runs/:run_id/tasks/:task_id', 'runs:get')
  async getTask(@Param('run_id') runId: string, @Param('task_id') taskId: string) {
    const page = await this.views.getTask(runId, taskId);
    return toTaskDetail(page, await this.infos.lookUp(page.links.map(({ artifact }) => artifact)));
  }
}

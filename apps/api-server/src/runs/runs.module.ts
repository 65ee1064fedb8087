import { Module } from '@nestjs/common';
import { ExperimentsModule } from '../experiments/experiments.module.js';
import { PipelinesModule } from '../pipelines/pipelines.module.js';
import { RunPreviewService } from './run-preview.service.js';
import { RunViewsService } from './run-views.service.js';
import { RunsService } from './runs.service.js';

@Module({ imports: [ExperimentsModule, PipelinesModule], providers: [RunsService, RunViewsService, RunPreviewService], exports: [RunsService, RunViewsService, RunPreviewService] })
export class RunsModule {}

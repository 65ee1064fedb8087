import { Module } from '@nestjs/common';
import { ExperimentsModule } from '../experiments/experiments.module.js';
import { PipelinesModule } from '../pipelines/pipelines.module.js';
import { RunMetricsService } from './run-metrics.service.js';
import { RunPreviewService } from './run-preview.service.js';
import { RunViewsService } from './run-views.service.js';
import { RunSettlingService } from './run-settling.service.js';
import { RunsService } from './runs.service.js';

@Module({ imports: [ExperimentsModule, PipelinesModule], providers: [RunsService, RunSettlingService, RunViewsService, RunPreviewService, RunMetricsService], exports: [RunsService, RunSettlingService, RunViewsService, RunPreviewService, RunMetricsService] })
export class RunsModule {}

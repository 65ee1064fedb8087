import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../../artifacts/artifacts.module.js';
import { ExperimentsModule } from '../../experiments/experiments.module.js';
import { LogsModule } from '../../logs/logs.module.js';
import { PipelinesModule } from '../../pipelines/pipelines.module.js';
import { RecurringRunsModule } from '../../recurring-runs/recurring-runs.module.js';
import { RunsModule } from '../../runs/runs.module.js';
import { ExperimentsController } from './experiments.controller.js';
import { NodesController } from './nodes.controller.js';
import { PipelineVersionsController } from './pipeline-versions.controller.js';
import { PipelinesController } from './pipelines.controller.js';
import { RecurringRunsController } from './recurring-runs.controller.js';
import { RunsController } from './runs.controller.js';
import { ServerController } from './server.controller.js';
import { UploadsController } from './uploads.controller.js';

/** KFP's API v2beta1. Everything that only this version needs is in this folder. */
@Module({
  imports: [ExperimentsModule, PipelinesModule, RunsModule, RecurringRunsModule, ArtifactsModule, LogsModule],
  controllers: [ServerController, ExperimentsController, PipelinesController, UploadsController, PipelineVersionsController, RunsController, NodesController, RecurringRunsController],
})
export class V2beta1Module {}

import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../../artifacts/artifacts.module.js';
import { ExperimentsModule } from '../../experiments/experiments.module.js';
import { PipelinesModule } from '../../pipelines/pipelines.module.js';
import { RecurringRunsModule } from '../../recurring-runs/recurring-runs.module.js';
import { RunsModule } from '../../runs/runs.module.js';
import { ExperimentsController } from './experiments.controller.js';
import { JobsController } from './jobs.controller.js';
import { NodesController } from './nodes.controller.js';
import { PipelineVersionsController } from './pipeline-versions.controller.js';
import { PipelinesController } from './pipelines.controller.js';
import { RunsController } from './runs.controller.js';
import { ServerController } from './server.controller.js';
import { UploadsController } from './uploads.controller.js';

/** KFP's API v1beta1, over the same services. Everything that only this version needs is in this folder. */
@Module({
  imports: [ExperimentsModule, PipelinesModule, RunsModule, RecurringRunsModule, ArtifactsModule],
  controllers: [ServerController, ExperimentsController, UploadsController, PipelinesController, PipelineVersionsController, RunsController, NodesController, JobsController],
})
export class V1beta1Module {}

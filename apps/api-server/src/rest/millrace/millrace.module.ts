import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../../artifacts/artifacts.module.js';
import { EventsModule } from './live/events.module.js';
import { LogsModule } from '../../logs/logs.module.js';
import { RecurringRunsModule } from '../../recurring-runs/recurring-runs.module.js';
import { RunsModule } from '../../runs/runs.module.js';
import { ServerAddress } from '../../server-address.js';
import { ArtifactsController } from './artifacts.controller.js';
import { EventsController } from './events.controller.js';
import { LogsController } from './logs.controller.js';
import { RecurringRunViewsController } from './recurring-runs.controller.js';
import { RunViewsController } from './runs.controller.js';
import { ServerInfoController } from './server.controller.js';

/** Millrace's own API: what the pages need and KFP's does not have. */
@Module({
  imports: [RunsModule, RecurringRunsModule, ArtifactsModule, LogsModule, EventsModule],
  providers: [ServerAddress],
  controllers: [ServerInfoController, EventsController, RunViewsController, RecurringRunViewsController, LogsController, ArtifactsController],
})
export class MillraceModule {}

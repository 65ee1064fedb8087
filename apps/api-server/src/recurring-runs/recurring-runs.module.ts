import { Module } from '@nestjs/common';
import { ExperimentsModule } from '../experiments/experiments.module.js';
import { RunsModule } from '../runs/runs.module.js';
import { RecurringRunViewsService } from './recurring-run-views.service.js';
import { RecurringRunsService } from './recurring-runs.service.js';

@Module({ imports: [ExperimentsModule, RunsModule], providers: [RecurringRunsService, RecurringRunViewsService], exports: [RecurringRunsService, RecurringRunViewsService] })
export class RecurringRunsModule {}

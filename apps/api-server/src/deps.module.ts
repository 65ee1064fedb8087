import { Module, type DynamicModule } from '@nestjs/common';
import type { ApiServerDeps, Settings } from './options.js';
import { DATABASE, OBJECT_STORE, RUN_CONTROLLER, SCHEDULE_CONTROLLER, SETTINGS, TASK_LOGS } from './tokens.js';

/** Makes the ports that the server was given injectable everywhere. */
@Module({})
export class DepsModule {
  static with(deps: ApiServerDeps, settings: Settings): DynamicModule {
    const providers = [
      { provide: SETTINGS, useValue: settings },
      { provide: DATABASE, useValue: deps.database },
      { provide: RUN_CONTROLLER, useValue: deps.runs },
      { provide: SCHEDULE_CONTROLLER, useValue: deps.schedules },
      { provide: TASK_LOGS, useValue: deps.logs },
      { provide: OBJECT_STORE, useValue: deps.objects },
    ];
    return { module: DepsModule, global: true, providers, exports: providers };
  }
}

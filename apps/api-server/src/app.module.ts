import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DepsModule } from './deps.module.js';
import type { ApiServerDeps, Settings } from './options.js';
import { PagesModule } from './pages/pages.module.js';
import { ErrorFilter } from './rest/error.filter.js';
import { MillraceModule } from './rest/millrace/millrace.module.js';
import { PagesController } from './rest/pages.controller.js';
import { RouteTable } from './rest/unknown-route.js';
import { V1beta1Module } from './rest/v1beta1/v1beta1.module.js';
import { V2beta1Module } from './rest/v2beta1/v2beta1.module.js';

/** Everything that is served. An API version is one folder under `rest/` and one import here. */
@Module({})
export class AppModule {
  static with(deps: ApiServerDeps, settings: Settings, routes: RouteTable): DynamicModule {
    return {
      module: AppModule,
      imports: [DepsModule.with(deps, settings), V2beta1Module, V1beta1Module, MillraceModule, PagesModule],
      controllers: [PagesController],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: RouteTable, useValue: routes },
      ],
    };
  }
}

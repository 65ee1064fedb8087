import { Module } from '@nestjs/common';
import { RunsModule } from '../../../runs/runs.module.js';
import { EventHub } from './event-hub.js';
import { EventSources } from './event-sources.js';

@Module({ imports: [RunsModule], providers: [EventHub, EventSources], exports: [EventHub] })
export class EventsModule {}

import { Module } from '@nestjs/common';
import { ExperimentsService } from './experiments.service.js';

@Module({ providers: [ExperimentsService], exports: [ExperimentsService] })
export class ExperimentsModule {}

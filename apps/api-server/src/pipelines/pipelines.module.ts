import { Module } from '@nestjs/common';
import { PipelineFilesService } from './pipeline-files.service.js';
import { PipelineVersionsService } from './pipeline-versions.service.js';
import { PipelinesService } from './pipelines.service.js';
import { UploadsService } from './uploads.service.js';

@Module({ providers: [PipelinesService, PipelineVersionsService, PipelineFilesService, UploadsService], exports: [PipelinesService, PipelineVersionsService, UploadsService] })
export class PipelinesModule {}

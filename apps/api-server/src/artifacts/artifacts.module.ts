import { Module } from '@nestjs/common';
import { ArtifactInfoService } from './artifact-info.service.js';
import { ArtifactsService } from './artifacts.service.js';

@Module({ providers: [ArtifactsService, ArtifactInfoService], exports: [ArtifactsService, ArtifactInfoService] })
export class ArtifactsModule {}

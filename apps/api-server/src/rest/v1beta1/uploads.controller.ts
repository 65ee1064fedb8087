import { v1beta1 } from '@millrace/api-contract';
import { Controller, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { PipelineVersionsService } from '../../pipelines/pipeline-versions.service.js';
import { UploadsService } from '../../pipelines/uploads.service.js';
import { Post } from '../route.js';
import { query } from '../schema.pipe.js';
import { withUpstreamCodes } from '../v2beta1/upstream-codes.js';
import { toUploadNaming, toWire, toWireVersion } from './pipelines.mapper.js';

@Controller('apis/v1beta1/pipelines')
export class UploadsController {
  constructor(
    @Inject(UploadsService) private readonly uploads: UploadsService,
    @Inject(PipelineVersionsService) private readonly versions: PipelineVersionsService,
  ) {}

  @Post('upload', 'pipelines:create', { errors: 'message', body: 'multipart' })
  async upload(@Req() request: FastifyRequest, @Query(query(v1beta1.uploadPipelineQuery)) wire: z.infer<typeof v1beta1.uploadPipelineQuery>) {
    const pipeline = await this.uploads.createPipeline(request.raw, (fileName) => toUploadNaming(wire, fileName));
    const latest = await this.versions.findLatest(pipeline.id);
    return toWire({ pipeline, ...(latest && { latest }) });
  }

  @Post('upload_version', 'pipelines:create', { errors: 'message', body: 'multipart' })
  async uploadVersion(@Req() request: FastifyRequest, @Query(query(v1beta1.uploadPipelineVersionQuery)) wire: z.infer<typeof v1beta1.uploadPipelineVersionQuery>) {
    const create = () => this.uploads.createVersion(request.raw, wire.pipelineid ?? '', (fileName) => toUploadNaming(wire, fileName));
    return toWireVersion(await withUpstreamCodes(create, { when: { NOT_FOUND: 'INVALID_ARGUMENT' } }));
  }
}

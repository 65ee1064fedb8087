import { v2beta1 } from '@millrace/api-contract';
import { Controller, Inject, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { UploadsService } from '../../pipelines/uploads.service.js';
import { Post } from '../route.js';
import { query } from '../schema.pipe.js';
import { toUploadNaming, toWire, toWireVersion } from './pipelines.mapper.js';
import { withUpstreamCodes } from './upstream-codes.js';

@Controller('apis/v2beta1/pipelines')
export class UploadsController {
  constructor(@Inject(UploadsService) private readonly uploads: UploadsService) {}

  @Post('upload', 'pipelines:create', { errors: 'message', body: 'multipart' })
  async upload(@Req() request: FastifyRequest, @Query(query(v2beta1.uploadPipelineQuery)) wire: z.infer<typeof v2beta1.uploadPipelineQuery>) {
    return toWire(await this.uploads.createPipeline(request.raw, (fileName) => ({ ...toUploadNaming(wire, fileName), codeSourceUrl: wire.code_source_url })));
  }

  @Post('upload_version', 'pipelines:create', { errors: 'message', body: 'multipart' })
  async uploadVersion(@Req() request: FastifyRequest, @Query(query(v2beta1.uploadPipelineVersionQuery)) wire: z.infer<typeof v2beta1.uploadPipelineVersionQuery>) {
    const create = () => this.uploads.createVersion(request.raw, wire.pipelineid ?? '', (fileName) => ({ ...toUploadNaming(wire, fileName), codeSourceUrl: wire.code_source_url }));
    return toWireVersion(await withUpstreamCodes(create, { when: { NOT_FOUND: 'INVALID_ARGUMENT' } }));
  }
}

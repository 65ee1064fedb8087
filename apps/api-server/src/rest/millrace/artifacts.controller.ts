import { millraceQueries } from '@millrace/api-contract';
import { Controller, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ArtifactsService } from '../../artifacts/artifacts.service.js';
import { Get } from '../route.js';
import { query } from '../schema.pipe.js';
import { sendArtifact, sendUnpacked } from '../send-artifact.js';
import { toArtifactView, toEntries } from './artifacts.mapper.js';

@Controller('apis/millrace/v1/artifacts/:artifact_id')
export class ArtifactsController {
  constructor(@Inject(ArtifactsService) private readonly artifacts: ArtifactsService) {}

  @Get('', 'artifacts:get')
  async get(@Param('artifact_id') id: string) {
    const { artifact, info } = await this.artifacts.get(id);
    return toArtifactView(artifact, info);
  }

  @Get('entries', 'artifacts:get')
  async listEntries(@Param('artifact_id') id: string) {
    return toEntries(await this.artifacts.listEntries(id));
  }

  @Get('content', 'artifacts:readArtifact')
  async readContent(@Param('artifact_id') id: string, @Query(query(millraceQueries.artifactContentQuery)) wire: z.infer<typeof millraceQueries.artifactContentQuery>, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const located = await this.artifacts.locate(id, wire.path);
    if (wire.unpacked) return sendUnpacked(request, reply, { ...located, download: wire.download ?? false, read: () => this.artifacts.read(located.uri) });
    return sendArtifact(request, reply, { ...located, download: wire.download ?? false, read: (range) => this.artifacts.read(located.uri, range) });
  }
}

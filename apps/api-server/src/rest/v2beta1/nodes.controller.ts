import { Controller, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ArtifactsService } from '../../artifacts/artifacts.service.js';
import { LogsService } from '../../logs/logs.service.js';
import { Get } from '../route.js';
import { toBase64Json } from './base64-json.js';

/** Content by a run's node, as KFP names pods: here a task's id, its path, or the id of one of its attempts. */
@Controller('apis')
export class NodesController {
  constructor(
    @Inject(ArtifactsService) private readonly artifacts: ArtifactsService,
    @Inject(LogsService) private readonly logs: LogsService,
  ) {}

  @Get('v2beta1/runs/:run_id/nodes/:node_id/artifacts/:artifact_name(^[^:/]+)::read', 'runs:readArtifact', { errors: 'message' })
  async readArtifact(@Param('run_id') runId: string, @Param('node_id') nodeId: string, @Param('artifact_name') name: string, @Res() reply: FastifyReply) {
    const content = await this.artifacts.openOutput(runId, nodeId, name);
    return reply.type('application/json').header('cache-control', 'no-cache, private').send(toBase64Json(content));
  }

  @Get('v1alpha1/runs/:run_id/nodes/:node_id/log', 'runs:get', { errors: 'message' })
  async readLog(@Param('run_id') runId: string, @Param('node_id') nodeId: string, @Res() reply: FastifyReply) {
    const { stream } = await this.logs.openNode(runId, nodeId);
    return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache, private').send(stream);
  }
}

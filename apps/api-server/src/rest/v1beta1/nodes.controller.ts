import { v1beta1 } from '@millrace/api-contract';
import { Body, Controller, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ArtifactsService } from '../../artifacts/artifacts.service.js';
import { RunMetricsService } from '../../runs/run-metrics.service.js';
import { Get, Post } from '../route.js';
import { body } from '../schema.pipe.js';
import { toBase64Json } from '../v2beta1/base64-json.js';

/** What belongs to a node of a run: here a task's id, its path, or the id of one of its attempts. */
@Controller('apis/v1beta1/runs')
export class NodesController {
  constructor(
    @Inject(ArtifactsService) private readonly artifacts: ArtifactsService,
    @Inject(RunMetricsService) private readonly metrics: RunMetricsService,
  ) {}

  @Get(':run_id/nodes/:node_id/artifacts/:artifact_name(^[^:/]+)::read', 'runs:readArtifact', { errors: 'message' })
  async readArtifact(@Param('run_id') runId: string, @Param('node_id') nodeId: string, @Param('artifact_name') name: string, @Res() reply: FastifyReply) {
    const content = await this.artifacts.openOutput(runId, nodeId, name);
    return reply.type('application/json').header('cache-control', 'no-cache, private').send(toBase64Json(content));
  }

  @Post(':run_id(^[^:/]+)::reportMetrics', 'runs:update')
  async reportMetrics(@Param('run_id') runId: string, @Body(body(v1beta1.reportRunMetricsRequest)) wire: v1beta1.ReportRunMetricsRequest): Promise<v1beta1.ReportRunMetricsResponse> {
    const reported = (wire.metrics ?? []).map(({ name = '', node_id: nodeId = '', number_value: value }) => ({ name, nodeId, value }));
    const results = await this.metrics.report(runId, reported);
    return { results: results.map(({ name, nodeId, status, message }) => ({ metric_name: name, metric_node_id: nodeId, status, ...(message && { message }) })) };
  }
}

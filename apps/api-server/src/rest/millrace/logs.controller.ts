import { millraceQueries } from '@millrace/api-contract';
import { Controller, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { LogsService } from '../../logs/logs.service.js';
import { attachment } from '../attachment.js';
import { openEventStream } from '../event-stream.js';
import { Get } from '../route.js';
import { query } from '../schema.pipe.js';
import { toLogPage } from './logs.mapper.js';

const FAILED = 'event: failed\ndata: {"message":"The log could not be read further."}\n\n';

@Controller('apis/millrace/v1/runs/:run_id/tasks/:task_id/logs')
export class LogsController {
  constructor(@Inject(LogsService) private readonly logs: LogsService) {}

  @Get('', 'runs:get')
  async read(@Param('run_id') runId: string, @Param('task_id') taskId: string, @Query(query(millraceQueries.logsQuery)) wire: z.infer<typeof millraceQueries.logsQuery>) {
    return toLogPage(await this.logs.read(runId, taskId, { attempt: wire.attempt, from: wire.from, limitBytes: wire.limit_bytes }));
  }

  @Get('stream', 'runs:get')
  async stream(
    @Param('run_id') runId: string,
    @Param('task_id') taskId: string,
    @Query(query(millraceQueries.logStreamQuery)) wire: z.infer<typeof millraceQueries.logStreamQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    // A browser that reconnects says with its last id where it was.
    const from = Number(request.headers['last-event-id'] ?? wire.from ?? 0) || 0;
    const pages = await this.logs.follow(runId, taskId, { attempt: wire.attempt, from, signal: gone.signal });
    const stream = openEventStream(request, reply);
    if (!stream) return;
    stream.signal.addEventListener('abort', () => gone.abort(), { once: true });
    try {
      for await (const page of pages) await stream.sendAndWait(`id: ${page.nextOffset}\nevent: page\ndata: ${JSON.stringify(toLogPage(page))}\n\n`);
      stream.send('event: end\ndata: {}\n\n');
    } catch {
      stream.send(FAILED);
    }
    stream.end();
  }

  @Get('download', 'runs:get')
  async download(@Param('run_id') runId: string, @Param('task_id') taskId: string, @Query(query(millraceQueries.logDownloadQuery)) wire: z.infer<typeof millraceQueries.logDownloadQuery>, @Res() reply: FastifyReply) {
    const { stream, sizeBytes, fileName } = await this.logs.open(runId, taskId, wire.attempt);
    if (sizeBytes !== undefined) reply.header('content-length', sizeBytes);
    return reply.type('text/plain; charset=utf-8').header('content-disposition', attachment(fileName)).send(stream);
  }
}

import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventHub } from './live/event-hub.js';
import { toFrame } from './live/replay-buffer.js';
import type { Settings } from '../../options.js';
import { SETTINGS } from '../../tokens.js';
import { openEventStream } from '../event-stream.js';
import { Get } from '../route.js';

@Controller('apis/millrace/v1')
export class EventsController {
  constructor(
    @Inject(EventHub) private readonly hub: EventHub,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('events', 'events:get')
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const stream = openEventStream(request, reply);
    if (!stream) return;
    const given = request.headers['last-event-id'];
    const lastId = typeof given === 'string' && given !== '' ? given : undefined;
    const missed = lastId === undefined ? [] : this.hub.since(lastId);
    // A client that can be told all it missed is greeted where it stands.
    const revision = missed && lastId !== undefined ? lastId : this.hub.revision;
    stream.send(toFrame({ type: 'hello', revision, server_time: this.settings.clock().toISOString() }, revision));
    if (!missed) stream.send(toFrame({ type: 'reset', revision }, revision));
    for (const event of missed ?? []) stream.send(event.text);
    const unsubscribe = this.hub.subscribe((events) => {
      for (const event of events) stream.send(event.text);
    });
    stream.signal.addEventListener('abort', unsubscribe, { once: true });
  }
}

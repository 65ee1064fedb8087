import type { AddressInfo } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { openEventStream, type EventStream } from './event-stream.js';

const LARGE = `data: ${'x'.repeat(3 * 1024 * 1024)}\n\n`;
let app: FastifyInstance;
afterEach(() => app.close());

/** A server with one stream, and where it is. */
async function serve(onStream: (stream: EventStream) => void): Promise<string> {
  app = fastify({ forceCloseConnections: true });
  app.get('/', (request, reply) => {
    const stream = openEventStream(request, reply);
    if (stream) onStream(stream);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`;
}

describe('a stream of events', () => {
  it('brings a frame that is larger than what a client may leave unread, and the one after it', async () => {
    const url = await serve((stream) => {
      stream.send(LARGE);
      setTimeout(() => {
        stream.send('data: after\n\n');
        stream.end();
      }, 500);
    });
    expect(await (await fetch(url)).text()).toBe(`${LARGE}data: after\n\n`);
  });
});

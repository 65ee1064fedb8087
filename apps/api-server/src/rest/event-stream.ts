import type { FastifyReply, FastifyRequest } from 'fastify';

const HEARTBEAT_MS = 15_000;
/** What a client may leave unread before it is dropped; it comes back by itself and learns what it missed. A loop of thousands that begins is several frames of megabytes. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** The answering side of server-sent events. */
export interface EventStream {
  /** Sends a frame; a client that does not read is dropped rather than buffered for. */
  send(frame: string): void;
  /** As `send`, then waits until the client has taken it: for content that can be had again. */
  sendAndWait(frame: string): Promise<void>;
  end(): void;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Answers that never end by themselves. */
export const openStreams = new WeakSet<object>();

/** Answers with a stream of events, kept alive by a comment every 15 s; undefined when only the head was asked for. */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream | undefined {
  reply.hijack();
  openStreams.add(reply.raw);
  const { raw } = reply;
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
  raw.writeHead(200, headers as Record<string, string>);
  if (request.method === 'HEAD') {
    raw.end();
    return undefined;
  }
  raw.flushHeaders();
  request.raw.socket.setNoDelay(true);

  const closed = new AbortController();
  const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT_MS);
  raw.on('close', () => {
    clearInterval(heartbeat);
    closed.abort();
  });
  raw.on('error', () => raw.destroy());

  const send = (frame: string): boolean => {
    if (raw.destroyed || raw.writableEnded) return true;
    // What is left from before counts, not the frame itself: a loop that begins may be a frame of megabytes.
    if (raw.writableLength > MAX_UNREAD_BYTES) {
      raw.destroy();
      return true;
    }
    return raw.write(frame);
  };

  return {
    send,
    async sendAndWait(frame) {
      if (raw.destroyed || raw.writableEnded || raw.write(frame)) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          raw.off('drain', done);
          raw.off('close', done);
          resolve();
        };
        raw.once('drain', done).once('close', done);
      });
    },
    end: () => {
      raw.end();
    },
    signal: closed.signal,
  };
}

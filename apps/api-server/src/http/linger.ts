import type { IncomingMessage } from 'node:http';

const MAX_MS = 10_000;

/**
 * After an answer that came before the whole request was read: reads on and throws away, because a client that is still sending would
 * not see the answer if the connection were reset; but only so much and so long.
 */
export function linger(request: IncomingMessage, maxBytes: number): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  const startedAt = socket.bytesRead;
  const timer = setTimeout(() => socket.destroy(), MAX_MS);
  request.on('data', () => {
    if (socket.bytesRead - startedAt > maxBytes) socket.destroy();
  });
  const done = () => clearTimeout(timer);
  request.once('end', done).once('close', done);
  request.on('error', () => {});
  request.resume();
}

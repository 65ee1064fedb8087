import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';

let isHeeded = false;

/**
 * Gives every HTTP/2 stream somebody who listens to its errors. undici leaves streams of requests that are over to themselves, and when the connection
 * is given up later, the error of such a stream would end the process. The requests are told by undici's own listeners.
 */
export function heedHttp2Streams(): void {
  if (isHeeded) return;
  isHeeded = true;
  subscribe('http2.client.stream.created', (message) => void (message as { readonly stream: ClientHttp2Stream }).stream.on('error', () => undefined));
}

import { subscribe } from 'node:diagnostics_channel';
import { constants, type ClientHttp2Stream } from 'node:http2';

let isHeeded = false;

/**
 * Gives every HTTP/2 stream what undici leaves out: somebody who listens to its errors, and an end at once when its request is given up. undici leaves
 * streams of requests that are over to themselves, and when the connection is given up later, the error of such a stream would end the process. The
 * requests are told by undici's own listeners.
 */
export function heedHttp2Streams(): void {
  if (isHeeded) return;
  isHeeded = true;
  subscribe('http2.client.stream.created', (message) => {
    const { stream } = message as { readonly stream: ClientHttp2Stream };
    stream.on('error', () => undefined);
    cancelWhenClosed(stream);
  });
}

/**
 * undici gives a request up by close() and then destroy(). A close without a code is a polite one: Node holds the reset back until the body is sent, and
 * destroy() forgets it. nghttp2 then goes on asking for the body of a stream that is gone, is given nothing, and makes of that one empty frame after the
 * other: in a loop that never ends, outside of the heap, hundreds of megabytes a second. A CANCEL is not held back.
 */
function cancelWhenClosed(stream: ClientHttp2Stream): void {
  const close = stream.close.bind(stream);
  stream.close = (code = constants.NGHTTP2_CANCEL, callback) => close(code, callback);
}

import { Readable } from 'node:stream';

/** `{"data":"<base64>"}` of a stream, of which only a chunk is held at a time. */
export function toBase64Json(content: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(encode(content), { objectMode: false });
}

async function* encode(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  yield '{"data":"';
  let rest = Buffer.alloc(0);
  for await (const chunk of content) {
    const bytes = Buffer.concat([rest, chunk]);
    // Base64 takes three bytes at a time; padding may only come at the very end.
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.subarray(0, whole).toString('base64');
    rest = bytes.subarray(whole);
  }
  yield `${rest.toString('base64')}"}`;
}

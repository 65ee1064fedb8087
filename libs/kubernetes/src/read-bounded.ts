import type { Readable } from 'node:stream';
import { PipelineError } from '@millrace/errors';

/** A body as text; one that is longer than `maxBytes` is given up. */
export async function readBounded(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw new PipelineError('RESOURCE_EXHAUSTED', `The Kubernetes API answered with more than ${maxBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** Where a tar archive says that it is one. */
const TAR_MAGIC = { at: 257, text: 'ustar' };

/**
 * The file that an artifact of Argo's is, whichever way it was packed: the first file of a tar archive, with or without gzip around it, or the
 * bytes themselves. Streams; ends where that file ends. A broken archive fails the stream.
 */
export function unpackObject(packed: Readable): Readable {
  return Readable.from(unpack(packed), { objectMode: false });
}

async function* unpack(packed: Readable): AsyncGenerator<Buffer> {
  const { head, rest } = await peek(packed as AsyncIterable<Buffer>, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* fromArchive(rest);
  yield* fromArchive(through(rest, createGunzip()));
}

async function* fromArchive(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { head, rest } = await peek(bytes, TAR_MAGIC.at + TAR_MAGIC.text.length);
  if (head.toString('latin1', TAR_MAGIC.at, TAR_MAGIC.at + TAR_MAGIC.text.length) !== TAR_MAGIC.text) return yield* rest;
  const entries = extract();
  const reading = pipeline(Readable.from(rest), entries);
  // What ends early because its first file was read is no failure.
  let found = false;
  reading.catch((error: Error) => (found ? undefined : entries.destroy(error)));
  for await (const entry of entries) {
    if (entry.header.type !== 'file') {
      entry.resume();
      continue;
    }
    yield* entry as AsyncIterable<Buffer>;
    found = true;
    return;
  }
}

/** At least the first bytes of a stream, if it has as many, and all of it. */
async function peek(stream: AsyncIterable<Buffer>, length: number): Promise<{ head: Buffer; rest: AsyncIterable<Buffer> }> {
  const iterator = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head, rest: all() };
}

function through(bytes: AsyncIterable<Buffer>, transform: NodeJS.ReadWriteStream): AsyncIterable<Buffer> {
  const out = new PassThrough();
  pipeline(Readable.from(bytes), transform, out).catch((error: Error) => out.destroy(error));
  return out as AsyncIterable<Buffer>;
}

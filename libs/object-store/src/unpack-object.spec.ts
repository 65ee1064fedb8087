import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { unpackObject } from './unpack-object.js';

const inPieces = (bytes: Buffer, size = 7) => Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));
const unpack = (bytes: Buffer, size?: number) => buffer(unpackObject(inPieces(bytes, size)));

async function tar(...files: readonly [name: string, content: Buffer][]): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'folder', type: 'directory' });
  for (const [name, content] of files) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive as unknown as Readable);
}

describe('unpackObject', () => {
  const content = randomBytes(300_000);

  it('reads the first file of a tar archive in gzip, as Argo packs an output', async () => {
    expect(await unpack(gzipSync(await tar(['data', content], ['other', Buffer.from('no')])), 4096)).toEqual(content);
  });

  it('reads a tar archive without gzip, and gzip without an archive', async () => {
    expect(await unpack(await tar(['data', content]), 4096)).toEqual(content);
    expect(await unpack(gzipSync(content), 4096)).toEqual(content);
  });

  it('leaves what is not packed as it is, however little there is', async () => {
    for (const text of ['', 'x', '{"metrics": []}', 'a'.repeat(1000)]) expect(await unpack(Buffer.from(text))).toEqual(Buffer.from(text));
  });

  it('fails where an archive is cut off', async () => {
    const packed = gzipSync(await tar(['data', content]));
    await expect(unpack(packed.subarray(0, packed.length - 100_000), 4096)).rejects.toThrow(/unexpected end/i);
  });

  it('may be left unread', async () => {
    const stream = unpackObject(inPieces(gzipSync(await tar(['data', content])), 4096));
    for await (const chunk of stream) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });
});

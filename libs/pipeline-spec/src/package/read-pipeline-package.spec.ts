import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPipelineError } from '@millrace/errors';
import { makeTar, makeTarGz, makeZip, type TarEntry, type ZipEntry } from '../testing/make-archive.js';
import { readPipelinePackage, type PipelinePackage } from './read-pipeline-package.js';

const MIB = 1024 * 1024;
const TEXT = 'pipelineInfo: {name: größe}\n';

function read(fileName: string, bytes: Buffer | string, maxBytes?: number): Promise<PipelinePackage> {
  return readPipelinePackage({ fileName, stream: Readable.from([Buffer.from(bytes)]), ...(maxBytes !== undefined && { maxBytes }) });
}

async function refusal(reading: Promise<PipelinePackage>): Promise<string> {
  const error = await reading.then(() => undefined, (reason: unknown) => reason);
  if (isPipelineError(error) && error.code === 'INVALID_ARGUMENT') return error.message;
  throw new Error('The package was not refused as it should be.', { cause: error });
}

/** Text that compresses about as real pipelines do. */
function textOfSize(size: number): Buffer {
  const lines: string[] = [];
  for (let line = 0, length = 0; length < size; line += 1) {
    const text = `exec-${line}: {image: python-${(line * 2654435761) % 4294967296}}\n`;
    lines.push(text);
    length += text.length;
  }
  return Buffer.from(lines.join('')).subarray(0, size);
}

describe('plain files', () => {
  it.each(['pipeline.yaml', 'pipeline.yml', 'PIPELINE.JSON'])('%s is read as it is', async (fileName) => {
    expect(await read(fileName, TEXT)).toEqual({ fileName, text: TEXT });
  });

  it('a byte order mark is left out; an empty file is the parser\'s business', async () => {
    expect((await read('a.yaml', `\ufeff${TEXT}`)).text).toBe(TEXT);
    expect((await read('a.yaml', '')).text).toBe('');
  });

  it('a file on disk is read by its path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'package-'));
    try {
      const path = join(folder, 'x');
      await writeFile(path, TEXT);
      expect((await readPipelinePackage({ fileName: 'a.yaml', path })).text).toBe(TEXT);
      await expect(readPipelinePackage({ fileName: 'a.yaml', path: join(folder, 'none') })).rejects.toThrow('ENOENT');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('text that is not UTF-8 is refused', async () => {
    expect(await refusal(read('a.yaml', Buffer.from([0x61, 0xff, 0x62])))).toContain('not UTF-8 text');
    expect(await refusal(read('a.yaml', Buffer.from('\ufeffa: 1', 'utf16le')))).toContain('UTF-16');
  });

  it('a Python program is refused with the command that compiles it', async () => {
    expect(await refusal(read('train.py', 'from kfp import dsl'))).toBe('"train.py" cannot be used: it is a Python program. Compile it first: kfp dsl compile --py train.py --output pipeline.yaml');
  });

  it('other kinds of file are refused by what may be uploaded', async () => {
    expect(await refusal(read('pipeline.png', 'x'))).toBe('"pipeline.png" cannot be used: it is of no known kind. Upload a .yaml, .yml, .json, .zip or .tar.gz file.');
    expect(await refusal(read('pipeline', ''))).toContain('it is empty');
  });
});

describe('the cap', () => {
  it('is met by a file just under 32 MiB and passed by one just over', async () => {
    expect((await read('a.yaml', Buffer.alloc(32 * MIB, 0x20))).text).toHaveLength(32 * MIB);
    expect(await refusal(read('a.yaml', Buffer.alloc(32 * MIB + 1, 0x20)))).toContain('it is larger than 32 MiB');
  });

  it('cuts an endless upload where it is passed, and ends the stream', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const stream = new Readable({
      read() {
        sent += chunk.length;
        this.push(chunk);
      },
    });
    expect(await refusal(readPipelinePackage({ fileName: 'a.yaml', stream }))).toContain('32 MiB');
    expect(sent).toBeLessThan(33 * MIB);
    expect(stream.destroyed).toBe(true);
  });

  it('passes on a fault of the stream itself', async () => {
    const stream = new Readable({ read() { this.destroy(new Error('connection reset')); } });
    await expect(readPipelinePackage({ fileName: 'a.yaml', stream })).rejects.toThrow('connection reset');
  });
});

interface ArchiveKind {
  readonly fileName: string;
  readonly make: (entries: readonly { name: string; content?: string | Buffer }[]) => Promise<Buffer>;
}

const kinds: readonly ArchiveKind[] = [
  { fileName: 'p.zip', make: async (entries) => makeZip(entries.map((entry): ZipEntry => ({ content: '', ...entry }))) },
  { fileName: 'p.tar.gz', make: (entries) => makeTarGz(entries) },
];

describe.each(kinds)('$fileName', ({ fileName, make }) => {
  const one = { name: 'pipeline.yaml', content: TEXT };

  it('holds pipeline.yaml, wherever in the archive', async () => {
    expect(await read(fileName, await make([{ name: 'readme.md', content: 'x' }, one]))).toEqual({ fileName: 'pipeline.yaml', text: TEXT });
    expect(await read(fileName, await make([{ name: 'a.yaml', content: 'x' }, { ...one, name: './pipeline.yaml' }]))).toMatchObject({ text: TEXT });
  });

  it('or else its first file, past folders and what a Mac adds', async () => {
    const archive = await make([{ name: '__MACOSX/._train.yaml' }, { name: '.DS_Store' }, { name: 'sub/train.yaml', content: TEXT }, { name: 'b.yaml' }]);
    expect(await read(fileName, archive)).toEqual({ fileName: 'sub/train.yaml', text: TEXT });
  });

  it('is told by its content, whatever its name', async () => {
    expect((await read('upload', await make([one]))).text).toBe(TEXT);
  });

  it('without a file is refused', async () => {
    expect(await refusal(read(fileName, await make([])))).toMatch(/no file in it|not a whole/);
  });

  it.each(['../pipeline.yaml', 'a/../../pipeline.yaml', '/etc/passwd', 'C:/x.yaml', 'a\\..\\x.yaml'])('with an entry %j is refused, also behind the pipeline', async (name) => {
    expect(await refusal(read(fileName, await make([one, { name, content: 'x' }])))).toMatch(/leads out|absolute path|backslash/);
  });

  it('with too many entries is refused', async () => {
    const entries = Array.from({ length: 1_001 }, (_, index) => ({ name: `${index}.yaml` }));
    expect(await refusal(read(fileName, await make(entries)))).toMatch(/1000 (are allowed|entries)\.$/);
    expect((await read(fileName, await make(entries.slice(1)))).fileName).toBe('1.yaml');
  });

  it('with a pipeline just over the cap is refused, just under it is read', async () => {
    const sized = (size: number) => make([{ name: 'pipeline.yaml', content: textOfSize(size) }]);
    const cap = MIB;
    expect((await read(fileName, await sized(cap), cap)).text).toHaveLength(cap);
    expect(await refusal(read(fileName, await sized(cap + 1), cap))).toContain('is larger than 1 MiB');
  });

  it('that is a bomb is refused before it is unpacked', async () => {
    const before = process.memoryUsage().rss;
    const bomb = await make([{ name: 'pipeline.yaml', content: Buffer.alloc(30 * MIB) }]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refusal(read(fileName, bomb))).toContain('unpacks to more than 250 times its size');
    const many = await make(Array.from({ length: 70 }, (_, index) => ({ name: `${index}.yaml`, content: Buffer.alloc(MIB, `${index} some text to pack ${'x'.repeat(index)}\n`) })));
    expect(await refusal(read(fileName, many))).toMatch(/unpacks to more than/);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * MIB);
  });

  it('cut off anywhere is refused with one sentence', async () => {
    const archive = await make([{ name: 'pipeline.yaml', content: TEXT.repeat(100) }, { name: 'b.yaml', content: 'x' }]);
    for (let length = 2; length < archive.length - 1; length += 7) {
      expect(await refusal(read(fileName, archive.subarray(0, length)))).toMatch(/^"p\.(zip|tar\.gz)" cannot be used: [^\n]*\.$/);
    }
  });

  it('damaged anywhere is read rightly or refused, never read wrongly', async () => {
    const archive = await make([{ name: 'pipeline.yaml', content: TEXT.repeat(20) }]);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const damaged = Buffer.from(archive);
        damaged[at] = (damaged[at] ?? 0) ^ mask;
        const result = await read('upload', damaged).catch((error: unknown) => error);
        expect([TEXT.repeat(20), 'INVALID_ARGUMENT']).toContain(isPipelineError(result) ? result.code : (result as PipelinePackage).text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('links and other special entries', () => {
  it.each([0o120777, 0o020644, 0o010644])('a zip with an entry of mode %o is refused', async (mode) => {
    expect(await refusal(read('p.zip', makeZip([{ name: 'pipeline.yaml', content: '/etc/passwd', mode }])))).toContain('is a link or a device');
  });

  it.each<TarEntry>([
    { name: 'pipeline.yaml', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'pipeline.yaml', type: 'link', linkname: 'other' },
    { name: 'dev', type: 'character-device' },
    { name: 'pipe', type: 'fifo' },
  ])('a tar with a $type is refused', async (entry) => {
    expect(await refusal(read('p.tar.gz', await makeTarGz([{ name: 'a.yaml', content: TEXT }, entry])))).toContain('is a link or a device');
  });
});

describe('lying archives', () => {
  it('a zip whose entry is larger than it says is refused', async () => {
    expect(await refusal(read('p.zip', makeZip([{ name: 'a.yaml', content: TEXT.repeat(50), size: 10 }])))).toContain('not a whole zip archive');
  });

  it('a zip whose checksum is wrong is refused', async () => {
    expect(await refusal(read('p.zip', makeZip([{ name: 'a.yaml', content: TEXT, crc: 1 }])))).toContain('damaged');
  });

  it('an encrypted zip is refused', async () => {
    expect(await refusal(read('p.zip', makeZip([{ name: 'a.yaml', content: TEXT, flags: 1 }])))).toContain('encrypted');
  });

  it('gzip that holds no tar is refused', async () => {
    expect(await refusal(read('p.gz', gzipSync(TEXT.repeat(100))))).toContain('not a whole tar archive');
  });

  it('a tar without gzip is of no known kind', async () => {
    expect(await refusal(read('p.tar', await makeTar([{ name: 'a.yaml', content: TEXT }])))).toContain('no known kind');
  });
});

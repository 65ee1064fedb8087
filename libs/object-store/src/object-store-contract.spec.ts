import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileObjectStore } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';
import { S3ObjectStore, type S3Keys } from './s3/s3-object-store.js';
import { parseS3Providers } from './s3/s3-providers.js';

interface Bench {
  readonly store: ObjectStore;
  /** The address of a path, and of the store's whole. */
  readonly at: (path: string) => string;
  readonly put: (path: string, content: string | Buffer) => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

async function openFiles(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'millrace-objects-'));
  const put = async (path: string, content: string | Buffer) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  return { store: new FileObjectStore({ roots: [root] }), at: (path) => join(root, path), put, end: () => rm(root, { recursive: true }) };
}

const { TEST_S3_ENDPOINT = '', TEST_S3_ACCESS_KEY = '', TEST_S3_SECRET_KEY = '' } = process.env;
const keys: S3Keys = { accessKey: TEST_S3_ACCESS_KEY, secretKey: TEST_S3_SECRET_KEY };
const providers = (endpoint = TEST_S3_ENDPOINT) => parseS3Providers({ minio: { default: { endpoint, credentials: { fromEnv: true } } } });
if (!TEST_S3_ENDPOINT) console.log('SKIPPED: S3; run `npm run test:s3`, which starts a server, or set TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY');

async function openS3(): Promise<Bench> {
  const { hostname, port } = new URL(TEST_S3_ENDPOINT);
  const client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, region: 'us-east-1', ...keys });
  const bucket = `test-${randomUUID()}`;
  await client.makeBucket(bucket);
  const store = new S3ObjectStore({ providers: providers(), readKeys: async () => keys });
  return { store, at: (path) => `minio://${bucket}/${path}`, put: (path, content) => client.putObject(bucket, path, content), end: async () => undefined };
}

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
const missing = expect.objectContaining({ code: 'NOT_FOUND' });

const drivers = [['files', openFiles] as const, ...(TEST_S3_ENDPOINT ? [['S3', openS3] as const] : [])];

describe.each(drivers)('an object store of %s', (_name, open) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await open();
  });
  afterAll(() => bench.end());

  it('tells a file, a folder with the sum of its files, and what is not there', async () => {
    const { store, at, put } = bench;
    await put('told/data.csv', 'abcdefghij');
    await put('told/model/weights/a.bin', '1234');
    await put('told/model/b.json', '{}');
    expect(await store.stat(at('told/data.csv'))).toMatchObject({ kind: 'file', sizeBytes: 10, modifiedAt: expect.any(Date) });
    expect(await store.stat(at('told/model'))).toMatchObject({ kind: 'directory', sizeBytes: 6 });
    expect(await store.stat(at('told/mod'))).toBeUndefined();
    expect(await store.stat(at('told/data.csv/below'))).toBeUndefined();
  });

  it('reads a file whole or a half-open range of it', async () => {
    const { store, at, put } = bench;
    await put('read/data.csv', 'abcdefghij');
    expect(await text(await store.read(at('read/data.csv')))).toBe('abcdefghij');
    expect(await text(await store.read(at('read/data.csv'), { start: 2, end: 4 }))).toBe('cd');
    expect(await text(await store.read(at('read/data.csv'), { start: 8 }))).toBe('ij');
    await expect(store.read(at('read/data.csv'), { start: 4, end: 4 })).rejects.toEqual(invalid);
    for (const name of ['gone', 'read']) await expect(store.read(at(name))).rejects.toEqual(missing);
  });

  it('keeps names and bytes as they are', async () => {
    const { store, at, put } = bench;
    // Without plus and percent: versitygw lists them as they are though it is asked to encode them, and the client decodes.
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await put('names/ä b&=?#/模型.bin', bytes);
    expect(await buffer(await store.read(at('names/ä b&=?#/模型.bin')))).toEqual(bytes);
    expect((await store.list(at('names'))).map(({ path }) => path)).toEqual(['ä b&=?#/模型.bin']);
  });

  it('names the folders below one, and walks through all files of one, where it can', async () => {
    const { store, at, put } = bench;
    if (store.folders === undefined || store.walk === undefined) return;
    for (const path of ['runs/one/a/b', 'runs/one/c', 'runs/two/x', 'runs/file', 'runs-of-others/y']) await put(path, '1234');
    expect(await collect(store.folders(at('runs')))).toEqual(['one', 'two']);
    expect(await collect(store.folders(at('nothing')))).toEqual([]);
    expect((await collect(store.walk(at('runs')))).map(({ path, sizeBytes }) => `${path} ${sizeBytes}`).sort()).toEqual(['file 4', 'one/a/b 4', 'one/c 4', 'two/x 4']);
    await expect(collect(store.folders('gs://elsewhere/x'))).rejects.toEqual(invalid);
  });

  it('lists files by path up to the limit', async () => {
    const { store, at, put } = bench;
    await put('list/b.json', '{}');
    await put('list/weights/a.bin', '1234');
    await put('list-of-others/x', '');
    expect((await store.list(at('list'))).map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ['b.json', 2],
      ['weights/a.bin', 4],
    ]);
    expect(await store.list(at('list'), { limit: 1 })).toHaveLength(1);
    for (const name of ['list/b.json', 'nowhere']) await expect(store.list(at(name))).rejects.toEqual(missing);
  });

  it('deletes a file or a whole folder and nothing beside it', async () => {
    const { store, at, put } = bench;
    for (const path of ['old/deep/x', 'old/y', 'older/z', 'file']) await put(path, 'x');
    await store.delete(at('old'));
    await store.delete(at('file'));
    await store.delete(at('never-there/x'));
    expect(await store.stat(at('old'))).toBeUndefined();
    expect(await store.stat(at('file'))).toBeUndefined();
    expect(await store.stat(at('older/z'))).toMatchObject({ kind: 'file' });
    await expect(store.delete(at(''))).rejects.toEqual(invalid);
  });

  it('refuses a way out and the addresses of other stores', async () => {
    const { store, at } = bench;
    for (const uri of [`${at('a')}/../../b`, 'gs://bucket/key', 'file:///etc/passwd', 'data.csv', '', '/etc/passwd']) {
      expect(store.accepts(uri)).toBe(false);
      await expect(store.stat(uri)).rejects.toEqual(invalid);
      await expect(store.read(uri)).rejects.toEqual(invalid);
      await expect(store.delete(uri)).rejects.toEqual(invalid);
    }
    expect(store.accepts(at('a'))).toBe(true);
  });
});

describe.skipIf(TEST_S3_ENDPOINT === '')('an S3 store', () => {
  it('deletes more objects than one request takes', async () => {
    const { store, at, put } = await openS3();
    for (let batch = 0; batch < 11; batch += 1) await Promise.all(Array.from({ length: 100 }, (_, index) => put(`many/${batch}/${index}`, '')));
    await store.delete(at('many'));
    expect(await store.stat(at('many'))).toBeUndefined();
  });

  it('says whose keys are refused, and reads them anew after a minute', async () => {
    const { at, put } = await openS3();
    await put('x', 'x');
    let now = 0;
    let given = { ...keys, secretKey: 'wrong-and-long-enough' };
    const store = new S3ObjectStore({ providers: providers(), readKeys: async () => given, now: () => now });
    await expect(store.read(at('x'))).rejects.toThrow(expect.objectContaining({ code: 'PERMISSION_DENIED', message: expect.stringMatching(/refuses the keys of the environment/) }));
    given = keys;
    now = 60_001;
    expect(await text(await store.read(at('x')))).toBe('x');
  });

  it('says which bucket or store is not there', async () => {
    const store = new S3ObjectStore({ providers: providers(), readKeys: async () => keys });
    await expect(store.read('minio://no-such-bucket-here/x')).rejects.toEqual(missing);
    const silent = new S3ObjectStore({ providers: providers('http://127.0.0.1:9'), readKeys: async () => keys });
    await expect(silent.read('minio://mlpipeline/x')).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringMatching(/127\.0\.0\.1:9 does not answer/) }));
  });

  it('refuses a scheme that nobody configured, with the remedy', async () => {
    const store = new S3ObjectStore({ providers: providers(), readKeys: async () => keys });
    expect(store.accepts('s3://bucket/x')).toBe(false);
    await expect(store.read('s3://bucket/x')).rejects.toThrow(/kfp-launcher/);
  });
});

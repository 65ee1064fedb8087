import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '@millrace/database';
import { aRun, aTestPlace, anArtifact, DIALECTS, DOCUMENTS } from '@millrace/database/testing';
import { parseS3Providers, readEndpoint, S3ObjectStore } from '@millrace/object-store';
import { Client } from 'minio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectGarbage, type GarbageOptions } from './collect-garbage.js';

const { TEST_S3_ENDPOINT: endpoint, TEST_S3_ACCESS_KEY: accessKey = '', TEST_S3_SECRET_KEY: secretKey = '' } = process.env;
if (endpoint === undefined) console.log('what deleted runs leave in a bucket: SKIPPED, TEST_S3_ENDPOINT is not set (npm run test:s3 sets it)');

const HOUR_MS = 3_600_000;
const LATER = () => new Date(Date.now() + HOUR_MS);

describe.skipIf(endpoint === undefined).each(DIALECTS)('what deleted runs leave in a bucket, with the rows in %s', (dialect) => {
  const { host, port } = readEndpoint(endpoint ?? 'localhost:1', false)!;
  const client = new Client({ endPoint: host, port, useSSL: false, region: 'us-east-1', accessKey, secretKey });
  const provider = { host, port, tls: false, region: 'us-east-1', pathStyle: true, credentials: { kind: 'environment' } as const };
  const objects = new S3ObjectStore({ providers: parseS3Providers(undefined, { minio: provider, s3: { ...provider } }), readKeys: async () => ({ accessKey, secretKey }) });
  let bucket: string;
  let root: string;
  let database: Database;
  let said: string[];
  let place: Awaited<ReturnType<typeof aTestPlace>>;
  beforeEach(async () => {
    bucket = `gc-${randomUUID().slice(0, 8)}`;
    root = `minio://${bucket}/v2/artifacts`;
    said = [];
    await client.makeBucket(bucket);
    place = await aTestPlace(dialect);
    database = await openDatabase({ url: place.url });
  });
  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  const put = (path: string, content = '12345') => client.putObject(bucket, path, content);
  /** What a task and its log leave. */
  const leave = async (folder: string) => {
    await put(`${folder}/train/task-1/model`);
    await put(`${folder}/.logs/pod-1/main.log`);
  };
  const keys = async () => {
    const all: string[] = [];
    for await (const { name } of client.listObjectsV2(bucket, '', true) as AsyncIterable<{ name: string }>) all.push(name);
    return all.sort();
  };
  const collect = (more: Partial<GarbageOptions> = {}) => collectGarbage({ database, objects, roots: [root], before: LATER(), remove: true, say: (line) => void said.push(line), ...more });

  it('is said, and goes only when that is asked for; a run that there is keeps all of its own', async () => {
    const run = aRun({});
    await database.runs.create(run, DOCUMENTS, {});
    const gone = randomUUID();
    await leave(`v2/artifacts/train/${run.id}`);
    await leave(`v2/artifacts/train/${gone}`);
    const all = await keys();
    await collect({ remove: false });
    expect(said).toEqual([` 10 bytes  ${root}/train/${gone}`, '1 folders, 2 objects, 10 bytes; nothing was removed: gc --remove does.']);
    expect(await keys()).toEqual(all);
    await collect();
    expect(said.at(-1)).toBe('Removed 1 folders, 2 objects, 10 bytes.');
    expect(await keys()).toEqual([`v2/artifacts/train/${run.id}/.logs/pod-1/main.log`, `v2/artifacts/train/${run.id}/train/task-1/model`]);
    await collect();
    expect(said.at(-1)).toBe('Nothing to remove.');
  });

  it.each([['minio'], ['s3']])('stays while a cached run or an import refers to something in it, as %s:// too', async (scheme) => {
    const gone = randomUUID();
    await leave(`v2/artifacts/train/${gone}`);
    const run = aRun({});
    await database.runs.create(run, DOCUMENTS, {});
    await database.runs.record({ runId: run.id, at: new Date(), newArtifacts: [anArtifact({ uri: `${scheme}://${bucket}/v2/artifacts/train/${gone}/train/task-1/model` })] });
    await collect();
    expect(said).toEqual(['Nothing to remove.']);
    expect(await keys()).toHaveLength(2);
  });

  it('stays while anything in it is young', async () => {
    await leave(`v2/artifacts/train/${randomUUID()}`);
    await collect({ before: new Date(Date.now() - HOUR_MS) });
    expect(said).toEqual(['Nothing to remove.']);
  });

  it("is nothing else than folders of runs: what people put there, other roots, and what has no logs of ours, as KFP's runs, stay", async () => {
    const id = randomUUID();
    for (const folder of ['v2/artifacts/train/a-folder', `v2/artifacts/${id}`, `v2/other/train/${id}`, `v2/artifacts-of-others/train/${id}`, `v2/artifacts/train/deeper/${id}`]) await leave(folder);
    await put(`v2/artifacts/train/${id}`);
    await put(`v2/artifacts/kfp/${id}/train/1/model`);
    const all = await keys();
    await collect();
    expect(said).toEqual(['Nothing to remove.']);
    expect(await keys()).toEqual(all);
  });

  it('goes however much it is, below every root that is named', async () => {
    const many = Array.from({ length: 230 }, () => randomUUID());
    for (const id of many) await put(`v2/artifacts/train/${id}/.logs/a`);
    await leave(`mine/train/${many[0]}`);
    for (let file = 0; file < 1_200; file += 40) await Promise.all(Array.from({ length: 40 }, (_, index) => put(`mine/train/${many[0]}/train/task-1/${file + index}`)));
    await collect({ roots: [root, `s3://${bucket}/mine`] });
    expect(said.at(-1)).toBe(`Removed 231 folders, ${230 + 1_202} objects, ${(((230 + 1_202) * 5) / 1000).toFixed(1)} KB.`);
    expect(await keys()).toEqual([]);
  }, 120_000);

  it('is looked for in object stores that the install knows', async () => {
    await expect(collect({ roots: ['/a/folder'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('"/a/folder"') as string });
  });
});

import { randomUUID } from 'node:crypto';
import { FileObjectStore, parseS3Providers, readEndpoint, S3ObjectStore } from '@millrace/object-store';
import { Client } from 'minio';
import { beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../examine.js';
import { objectStore } from './object-store.js';

const { TEST_S3_ENDPOINT: endpoint, TEST_S3_ACCESS_KEY: accessKey = '', TEST_S3_SECRET_KEY: secretKey = '' } = process.env;
if (endpoint === undefined) console.log('the check of the object store: SKIPPED on S3, TEST_S3_ENDPOINT is not set (node scripts/with-s3.mjs sets it)');

describe('object-store', () => {
  it('does not write where tasks alone do, and tells settings that cannot be used', async () => {
    const objects = new FileObjectStore({ roots: ['/nowhere'] });
    expect(await examine([objectStore], { openObjects: async () => ({ objects, pipelineRoot: '/nowhere' }) })).toMatchObject([{ verdict: 'unknown' }]);
  });

  describe.skipIf(endpoint === undefined)('on S3', () => {
    const bucket = `doctor-${randomUUID().slice(0, 8)}`;
    const at = (address: string) => ({ ...readEndpoint(address, false)!, region: 'us-east-1', pathStyle: true, credentials: { kind: 'environment' } as const });
    const look = (address: string, keys: { accessKey: string; secretKey: string }, pipelineRoot: string) => {
      const objects = new S3ObjectStore({ providers: parseS3Providers(undefined, { minio: at(address) }), readKeys: async () => keys });
      return examine([objectStore], { openObjects: async () => ({ objects, pipelineRoot }) });
    };
    const { host, port } = endpoint === undefined ? { host: '', port: 0 } : readEndpoint(endpoint, false)!;
    const minio = () => new Client({ endPoint: host, port, useSSL: false, accessKey, secretKey });
    beforeAll(() => minio().makeBucket(bucket));

    it('writes, lists, reads and deletes, and leaves nothing', async () => {
      expect(await look(endpoint!, { accessKey, secretKey }, `minio://${bucket}/v2`)).toMatchObject([{ verdict: 'ok', what: expect.stringContaining('can be written, listed, read and deleted') }]);
      const left: unknown[] = [];
      for await (const item of minio().listObjectsV2(bucket, '', true)) left.push(item);
      expect(left).toEqual([]);
    });

    it('tells a missing bucket, wrong keys and a server that is away, with what they stop', async () => {
      const [missing, wrong, away] = await Promise.all([
        look(endpoint!, { accessKey, secretKey }, 'minio://no-such-bucket/v2'),
        look(endpoint!, { accessKey, secretKey: 'wrong' }, `minio://${bucket}/v2`),
        look('http://127.0.0.1:1', { accessKey, secretKey }, `minio://${bucket}/v2`),
      ]);
      for (const findings of [missing, wrong, away]) expect(findings).toMatchObject([{ verdict: 'error', what: expect.stringContaining('cannot be written'), why: expect.stringContaining('all fail') }]);
      expect(missing![0]!.what).toContain('There is no bucket for minio://no-such-bucket/');
    });
  });
});

import { parseS3Providers } from '@millrace/object-store';
import { describe, expect, it } from 'vitest';
import { clusterLayout } from './cluster-layout.js';

const secretRef = { secretName: 'keys', accessKeyKey: 'a', secretKeyKey: 's' };
const providers = parseS3Providers({
  minio: { default: { endpoint: 'minio-service:9000', disableSSL: true, credentials: { secretRef } } },
  s3: { overrides: [{ bucketName: 'team', endpoint: 's3.example.com', credentials: { fromEnv: true } }] },
});
const layout = clusterLayout({ providers });
if (layout.transport !== 'object-store') throw new Error(layout.transport);

describe('the layout of a cluster', () => {
  it('finds an object in the store of its scheme and bucket, as pods reach it', () => {
    expect(layout.locateObject('minio://mlpipeline/v2/x')).toEqual({
      bucket: 'mlpipeline',
      key: 'v2/x',
      store: { scheme: 'minio', endpoint: 'minio-service:9000', tls: false, region: 'us-east-1', secret: { name: 'keys', accessKeyKey: 'a', secretKeyKey: 's' } },
    });
    expect(layout.locateObject('s3://team/x')?.store).toEqual({ scheme: 's3', endpoint: 's3.example.com:443', tls: true, region: 'us-east-1' });
  });

  it('names every store once, and answers with those', () => {
    expect(layout.stores).toHaveLength(2);
    for (const uri of ['minio://mlpipeline/a', 's3://team/b']) expect(layout.stores).toContain(layout.locateObject(uri)?.store);
  });

  it('tells the schemes of one service apart', () => {
    const service = providers.select({ scheme: 'minio', bucket: 'mlpipeline', key: '' });
    const both = clusterLayout({ providers: parseS3Providers(undefined, { minio: service, s3: service }) });
    if (both.transport !== 'object-store') throw new Error(both.transport);
    expect(both.locateObject('minio://bucket/x')?.store.scheme).toBe('minio');
    expect(both.locateObject('s3://bucket/x')?.store.scheme).toBe('s3');
  });

  it('refuses an address that no executor could bring from, with the remedy', () => {
    const refuse = (uri: string) => layout.refuseAddress?.(uri);
    expect(refuse('minio://mlpipeline/x')).toBeUndefined();
    expect(refuse('https://example.com/x.csv')).toBeUndefined();
    expect(refuse('s3://others/x')).toMatch(/no credentials.*kfp-launcher.*minio:\/\/, s3:\/\//);
    expect(refuse('gs://bucket/x')).toMatch(/no credentials/);
    expect(refuse('oci://registry.example.com/model:1')).toMatch(/older than 1\.31.*copy the model into an object store/);
    expect(clusterLayout({ providers, imageVolumes: true }).refuseAddress?.('oci://registry.example.com/model:1')).toBeUndefined();
    expect(refuse('/data/x')).toMatch(/minio:\/\/bucket/);
  });

  it('starts containers again where Kubernetes can', () => {
    expect(layout.restartsContainers).toBe(false);
    expect(clusterLayout({ providers, containerRestarts: true })).toMatchObject({ restartsContainers: true });
  });

  it('refuses a root that no store of the installation holds, with the remedy', () => {
    expect(layout.refuseRoot(layout.defaultPipelineRoot)).toBeUndefined();
    expect(layout.refuseRoot('s3://others/x')).toMatch(/no credentials.*kfp-launcher/);
    expect(layout.refuseRoot('/data')).toMatch(/minio:\/\/bucket/);
  });
});

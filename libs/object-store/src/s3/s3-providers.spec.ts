import { describe, expect, it } from 'vitest';
import { parseS3Uri, type S3Location } from './s3-location.js';
import { parseS3Providers, readEndpoint, type S3Provider } from './s3-providers.js';

const at = (uri: string): S3Location => {
  const location = parseS3Uri(uri);
  if (!location) throw new Error(uri);
  return location;
};
const secret = (secretName: string) => ({ secretRef: { secretName, accessKeyKey: 'a', secretKeyKey: 's' } });
const bundled: S3Provider = { host: 'minio', port: 9000, tls: false, region: 'us-east-1', pathStyle: true, credentials: { kind: 'environment' } };

describe('the addresses of objects', () => {
  it.each([
    ['minio://mlpipeline/v2/artifacts', { scheme: 'minio', bucket: 'mlpipeline', key: 'v2/artifacts' }],
    ['s3://my.bucket/a//b/', { scheme: 's3', bucket: 'my.bucket', key: 'a//b' }],
    ['s3://bucket', { scheme: 's3', bucket: 'bucket', key: '' }],
  ])('reads %s', (uri, location) => {
    expect(parseS3Uri(uri)).toEqual(location);
  });

  it.each(['gs://bucket/key', '/mlpipeline/x', 's3://', 's3://B/x', 's3://bucket/a/../b', 's3://bucket/a\nb', 's3://../x', 's3://a@b/x'])('takes no %j', (uri) => {
    expect(parseS3Uri(uri)).toBeUndefined();
  });
});

describe('the endpoint of a service', () => {
  it.each([
    ['minio-service.kubeflow:9000', false, { host: 'minio-service.kubeflow', port: 9000, tls: false }],
    ['s3.amazonaws.com', true, { host: 's3.amazonaws.com', port: 443, tls: true }],
    ['http://localhost', true, { host: 'localhost', port: 80, tls: false }],
    ['https://store:443/', false, { host: 'store', port: 443, tls: true }],
  ])('reads %s', (endpoint, tls, read) => {
    expect(readEndpoint(endpoint, tls)).toEqual(read);
  });

  it.each(['', 'ftp://x', 'host/path', 'user:pw@host', 'host:99999'])('takes no %j', (endpoint) => {
    expect(readEndpoint(endpoint, true)).toBeUndefined();
  });
});

describe('the providers of a namespace', () => {
  it('are the standard ones where nothing is configured', () => {
    const providers = parseS3Providers(undefined, { minio: bundled });
    expect(providers.select(at('minio://mlpipeline/x'))).toBe(bundled);
    expect(providers.select(at('s3://bucket/x'))).toBeUndefined();
  });

  it('are chosen by bucket and beginning of the key, the first that fits; what an override leaves out is the default', () => {
    const providers = parseS3Providers({
      s3: {
        default: { endpoint: 's3.amazonaws.com', region: 'eu-west-1', forcePathStyle: 'false', credentials: { fromEnv: true } },
        overrides: [
          { bucketName: 'team', keyPrefix: 'private', endpoint: 'store.team:9000', disableSSL: true, credentials: secret('team-private') },
          { bucketName: 'team', credentials: secret('team') },
        ],
      },
    });
    const standard = { host: 's3.amazonaws.com', port: 443, tls: true, region: 'eu-west-1', pathStyle: false, credentials: { kind: 'environment' } };
    expect(providers.select(at('s3://other/private/x'))).toEqual(standard);
    expect(providers.select(at('s3://team/public/x'))).toEqual({ ...standard, credentials: { kind: 'secret', secretName: 'team', accessKeyKey: 'a', secretKeyKey: 's' } });
    expect(providers.select(at('s3://team/private/x'))).toMatchObject({ host: 'store.team', port: 9000, tls: false, region: 'eu-west-1', credentials: { secretName: 'team-private' } });
  });

  it('name every wrong field at once', () => {
    const wrong = { minio: { default: { endpoint: 'a/b', disableSSL: 'maybe', credentials: { secretRef: { secretName: 'x' } } }, overrides: [{ region: 5 }] }, s3: 'x' };
    expect(() => parseS3Providers(wrong)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        details: {
          issues: [
            'providers.minio.default.disableSSL is neither true nor false',
            'providers.minio.default.endpoint "a/b" is not a host, host:port or http(s) address',
            'providers.minio.default.credentials.secretRef.accessKeyKey is missing',
            'providers.minio.default.credentials.secretRef.secretKeyKey is missing',
            'providers.minio.overrides[0].bucketName is missing',
            'providers.minio.overrides[0].region is not text',
            'providers.s3 is not an object',
          ],
        },
      }),
    );
  });

  it('without credentials anywhere are refused', () => {
    expect(() => parseS3Providers({ s3: { default: { endpoint: 'x' } } })).toThrow(/providers\.s3\.default\.credentials is missing/);
  });
});

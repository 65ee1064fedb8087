import { describe, expect, it } from 'vitest';
import { localPathOf } from './local-path.js';
import { layout } from './testing/a-pipeline.js';

describe('localPathOf', () => {
  it.each([
    ['gs://b/x', '/gcs/b/x'],
    ['s3://b/x', '/s3/b/x'],
    ['minio://b/x', '/minio/b/x'],
    ['oci://registry/a/b:1', '/oci/registry_a_b:1/models'],
    ['/data/x', '/data/x'],
    ['https://host/x', 'https://host/x'],
    ['file:///data/x%20y', '/data/x y'],
    ['file://localhost/data/100%', '/data/100%'],
    ['file://elsewhere/x', 'file://elsewhere/x'],
  ])('of %s is %s', (uri, path) => {
    expect(localPathOf({ uri }, layout)).toBe(path);
  });

  it('is the custom path where there is one, and in the workspace what lies there', () => {
    expect(localPathOf({ uri: 's3://b/x', customPath: '/tmp/y' }, layout)).toBe('/tmp/y');
    expect(localPathOf({ uri: 's3://b/x', metadata: { _kfp_workspace: true } }, layout)).toBe('/kfp-workspace/.artifacts/s3/b/x');
  });
});

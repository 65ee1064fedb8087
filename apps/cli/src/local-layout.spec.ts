import { describe, expect, it } from 'vitest';
import { localLayout } from './local-layout.js';

const layout = localLayout('/data/artifacts');

describe('the layout of one machine', () => {
  it.each(['gs://b/k', 's3://b/k', 'minio://b/k', 'hf://m', 'GS://b'])('has no credentials for %s', (uri) => {
    expect(layout.refuseAddress?.(uri)).toMatch(/^this installation has no credentials for [a-z0-9]+:\/\/ stores; give the path/);
  });

  it('has no images to take models from', () => {
    expect(layout.refuseAddress?.('oci://registry/model:1')).toMatch(/^only containers can be given a model/);
  });

  it.each(['/home/me/data.csv', 'https://example.org/data', 'http://example.org', 'file:///x', 'data.csv'])('takes %s', (uri) => {
    expect(layout.refuseAddress?.(uri)).toBeUndefined();
  });

  it('hides what is not among the artifacts', () => {
    expect(['/tmp/x', '/home/me/x', '/data/artifacts2/x'].map((path) => layout.hides?.(path))).toEqual([true, true, true]);
    expect(['/data/artifacts/p/r/x', 'https://example.org/x', 'relative'].map((path) => layout.hides?.(path))).toEqual([false, false, false]);
  });
});

import { describe, expect, it } from 'vitest';
import { downloadsOf, MAX_LIST_FOLDERS } from './downloads.js';
import type { Layout, ObjectStoreAccess } from './layout.js';
import { anArtifact, layout as local } from './testing/a-pipeline.js';

const store: ObjectStoreAccess = { scheme: 'minio', endpoint: 'store:9000', tls: false, region: 'r' };
const layout: Extract<Layout, { readonly transport: 'object-store' }> = {
  ...local,
  transport: 'object-store',
  stores: [store],
  locateObject(uri) {
    const [, bucket, key] = /^minio:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
    return bucket === undefined || key === undefined ? undefined : { store, bucket, key };
  },
};
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const made = (run: string, execution: number, name = 'out') => anArtifact(`${run}-${execution}-${name}`, { uri: `minio://b/root/p/${run}/make/${uuid(execution)}/${name}` });
const download = (artifacts: Parameters<typeof anArtifact>[1][] | ReturnType<typeof anArtifact>[]) =>
  downloadsOf('root/use', { parameters: {}, artifacts: { data: artifacts as ReturnType<typeof anArtifact>[] } }, layout);

describe('what is brought to a task on a cluster', () => {
  it('is an artifact by itself, where the SDK looks for it', () => {
    expect(download([made('run-1', 1)])).toEqual({
      kind: 'downloads',
      byInput: { data: [{ store, bucket: 'b', key: `root/p/run-1/make/${uuid(1)}/out`, path: `/minio/b/root/p/run-1/make/${uuid(1)}/out` }] },
    });
  });

  it('is a list by the folders of the tasks that made it', () => {
    expect(download([made('run-1', 1), made('run-1', 2), made('run-0', 3)])).toEqual({
      kind: 'downloads',
      byInput: {
        data: [
          { store, bucket: 'b', key: 'root/p/run-1/make', path: '/minio/b/root/p/run-1/make' },
          { store, bucket: 'b', key: 'root/p/run-0/make', path: '/minio/b/root/p/run-0/make' },
        ],
      },
    });
  });

  it('is what an attempt made with all of the task, too', () => {
    const attempt = (number: number, of: number) => anArtifact(`${number}-${of}`, { uri: `minio://b/root/p/run-1/make/${uuid(of)}/attempt-${number}/out` });
    expect(download([attempt(0, 1), attempt(2, 2)])).toMatchObject({ byInput: { data: [{ key: 'root/p/run-1/make', path: '/minio/b/root/p/run-1/make' }] } });
  });

  it('is an imported member of a list by itself, however deep it lies', () => {
    const imported = anArtifact('i', { uri: 'minio://b/data/of/many/others/x.csv' });
    expect(download([imported, made('run-1', 1)])).toMatchObject({ byInput: { data: [{ key: 'data/of/many/others/x.csv' }, { key: 'root/p/run-1/make' }] } });
  });

  it('is nothing for what is in the workspace, or not given', () => {
    expect(download([anArtifact('w', { uri: 'minio://b/x', metadata: { _kfp_workspace: true } })])).toEqual({ kind: 'downloads', byInput: {} });
    expect(download([])).toEqual({ kind: 'downloads', byInput: {} });
  });

  it('names the input and the remedy for a store that nobody configured', () => {
    expect(download([anArtifact('g', { uri: 'gs://b/x' })])).toEqual({ kind: 'problem', message: expect.stringMatching(/Task "root\/use".*"data".*gs:\/\/ store.*kfp-launcher/) });
  });

  it('refuses a list that was made in more places than a pod has inputs', () => {
    const from = (runs: number) => Array.from({ length: runs }, (_, run) => made(`run-${run}`, run));
    expect(download(from(MAX_LIST_FOLDERS)).kind).toBe('downloads');
    expect(download(from(MAX_LIST_FOLDERS + 1))).toEqual({ kind: 'problem', message: expect.stringMatching(/made by 9 tasks or runs/) });
  });
});

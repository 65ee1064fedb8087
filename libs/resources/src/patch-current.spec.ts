import type { Workflow } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { patchCurrent } from './patch-current.js';
import type { Resource, ResourcePatch, ResourceStore } from './resource-store.js';

const ref = { namespace: 'n', name: 'w' };
const at = (resourceVersion: string): Resource<Workflow> => ({ metadata: { ...ref, uid: 'u', resourceVersion, creationTimestamp: '' }, spec: {} }) as Resource<Workflow>;

describe('patchCurrent', () => {
  let current: Resource<Workflow> | undefined;
  let requests: string[];
  const store = {
    async get() {
      requests.push('get');
      return current;
    },
    async patch(_kind: string, _ref: object, { metadata }: ResourcePatch, from?: object) {
      requests.push(`patch ${metadata.resourceVersion}${from === undefined ? ' from nowhere' : ''}`);
      if (current === undefined) throw new PipelineError('NOT_FOUND', 'gone');
      if (current.metadata.resourceVersion !== metadata.resourceVersion) throw new PipelineError('ABORTED', 'changed');
      return (current = at(`${Number(metadata.resourceVersion) + 1}`));
    },
  } as unknown as ResourceStore;
  beforeEach(() => {
    current = at('5');
    requests = [];
  });

  it('needs one request where the object is as it was seen last', async () => {
    expect((await patchCurrent(store, { kind: 'Workflow', ref, known: at('5') }, () => ({ spec: {} })))?.metadata.resourceVersion).toBe('6');
    expect(requests).toEqual(['patch 5']);
  });

  it('needs none where there is nothing to write', async () => {
    expect(await patchCurrent(store, { kind: 'Workflow', ref, known: at('5') }, () => undefined)).toEqual(at('5'));
    expect(requests).toEqual([]);
  });

  it('computes the patch again from the current object where somebody wrote in between', async () => {
    const seen: string[] = [];
    await patchCurrent(store, { kind: 'Workflow', ref, known: at('3') }, ({ metadata }) => (seen.push(metadata.resourceVersion), { spec: {} }));
    expect(seen).toEqual(['3', '5']);
    expect(requests).toEqual(['patch 3', 'get', 'patch 5']);
  });

  it('says that there is none, also of one that was seen', async () => {
    current = undefined;
    expect(await patchCurrent(store, { kind: 'Workflow', ref }, () => ({ spec: {} }))).toBeUndefined();
    expect(await patchCurrent(store, { kind: 'Workflow', ref, known: at('5') }, () => ({ spec: {} }))).toBeUndefined();
  });
});

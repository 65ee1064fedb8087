import { Readable } from 'node:stream';
import type { Workflow } from '@millrace/argo';
import type { ObjectStore } from '@millrace/object-store';
import type { Resource, ResourceStore } from '@millrace/resources';
import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../kube-client.js';
import { KubernetesTaskLogs } from './kubernetes-task-logs.js';

const ref = { namespace: 'ns', workflow: 'wf', nodeId: 'wf-1' };

/** A cluster without pods, with what Argo says of a node and what the object store has. */
function aPlace(node: object | undefined, stored: Readonly<Record<string, string>>, status: object = {}) {
  const workflow = node && ({ metadata: { name: 'wf', namespace: 'ns' }, spec: {}, status: { ...status, nodes: { 'wf-1': { id: 'wf-1', type: 'Pod', phase: 'Succeeded', ...node } } } } as unknown as Resource<Workflow>);
  return new KubernetesTaskLogs({
    client: { json: async () => ({ items: [], metadata: {} }) } as unknown as KubeClient,
    store: { get: async () => workflow } as unknown as ResourceStore,
    objects: {
      accepts: (uri: string) => uri.startsWith('s3://'),
      stat: async (uri: string) => (uri in stored ? { kind: 'file', sizeBytes: stored[uri]!.length, modifiedAt: new Date() } : undefined),
      list: async () => [],
      read: async (uri: string) => Readable.from([Buffer.from(stored[uri]!)]),
    } as unknown as ObjectStore,
  });
}

describe('the log of a task whose Workflow says itself where logs go', () => {
  const lines = async (logs: KubernetesTaskLogs, more = {}) => (await logs.read({ ...ref, ...more })).lines.map(({ text }) => text);
  const mainLogs = (s3: object) => ({ outputs: { artifacts: [{ name: 'main-logs', s3 }] } });

  it('is where the node says, in its bucket or that of the repository that Argo chose', async () => {
    expect(await lines(aPlace(mainLogs({ bucket: 'b', key: 'x/main.log' }), { 's3://b/x/main.log': 'one\n' }))).toEqual(['one']);
    const repository = { artifactRepositoryRef: { artifactRepository: { s3: { bucket: 'of-argo' } } } };
    expect(await lines(aPlace(mainLogs({ key: 'x/main.log' }), { 's3://of-argo/x/main.log': 'two\n' }, repository))).toEqual(['two']);
  });

  it('is where it was recorded to be when the Workflow is gone', async () => {
    expect(await lines(aPlace(undefined, { 's3://b/kept.log': 'kept\n' }), { storedAt: 's3://b/kept.log' })).toEqual(['kept']);
  });

  it('is nowhere, and complete, where nobody knows', async () => {
    expect(await aPlace(undefined, {}).read(ref)).toMatchObject({ lines: [], complete: true });
    expect(await aPlace(mainLogs({ key: 'x' }), {}).read(ref)).toMatchObject({ lines: [], complete: true });
  });
});

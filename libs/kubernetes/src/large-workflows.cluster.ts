import { randomBytes, randomUUID } from 'node:crypto';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { patchCurrent, type Resource } from '@millrace/resources';
import { aGatedWorkflow } from '@millrace/resources/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubeClient, type KubeRequest } from './kube-client.js';
import { KubernetesResourceStore } from './kubernetes-resource-store.js';
import { objectPath } from './resource-kinds.js';
import { aNamespace, openTestCluster, type TestCluster } from './testing/test-cluster.js';

/** So that Argo, where there is one, leaves them alone. */
const NOBODYS = { 'workflows.argoproj.io/controller-instanceid': 'nobody' };

describe('Workflows with large nodes on a real API server', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  let store: KubernetesResourceStore;
  let namespace: string;
  const made: string[] = [];
  const make = async (prefix: string): Promise<string> => {
    const name = await aNamespace(client, `${prefix}-${randomUUID().slice(0, 8)}`);
    made.push(name);
    return name;
  };
  beforeAll(async () => {
    cluster = await openTestCluster();
    client = new KubeClient(cluster.config());
    store = new KubernetesResourceStore({ client });
    namespace = await make('large');
  });
  afterAll(async () => {
    for (const name of made) await client.json({ method: 'DELETE', path: `/api/v1/namespaces/${name}` });
    store?.close();
    await client?.close();
    await cluster?.close();
  });

  const gate = (id: string): NodeStatus => ({ id, name: id, displayName: id, type: 'Suspend', phase: 'Running', startedAt: '2026-01-01T00:00:00Z' }) as NodeStatus;
  const answer = (value: string) => ({ phase: 'Succeeded', outputs: { parameters: [{ name: 'args', value }] } });
  /** As it is stored, whatever the adapter makes of it. */
  const stored = (name: string) => client.json<Workflow & { metadata: { managedFields?: unknown[] } }>({ path: objectPath('Workflow', { namespace, name }) });
  const aRunning = async (name: string, gates: number): Promise<Resource<Workflow>> => {
    const { metadata } = await store.create('Workflow', { ...aGatedWorkflow(namespace, name), metadata: { namespace, name, labels: NOBODYS } });
    const nodes = Object.fromEntries(Array.from({ length: gates }, (_, index) => [`g${index}`, gate(`g${index}`)]));
    return store.patch('Workflow', { namespace, name }, { metadata: { resourceVersion: metadata.resourceVersion }, status: { phase: 'Running', nodes } });
  };

  it('writes small answers plain and large ones compressed, and reads both alike', async () => {
    const running = await aRunning('mixed', 200);
    const version = (object: Resource<Workflow>) => ({ resourceVersion: object.metadata.resourceVersion });
    const small = await store.patch('Workflow', { namespace, name: 'mixed' }, { metadata: version(running), status: { nodes: { g0: answer('small') } } });
    expect((await stored('mixed')).status?.compressedNodes).toBeUndefined();

    const answers = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`g${index + 1}`, answer('x'.repeat(2_000))]));
    const large = await store.patch('Workflow', { namespace, name: 'mixed' }, { metadata: version(small), status: { nodes: answers } });
    const raw = await stored('mixed');
    expect(raw.status?.nodes).toBeUndefined();
    expect(raw.status?.compressedNodes).toMatch(/^H4sI/);
    expect(raw.metadata.managedFields ?? []).toEqual([]);
    expect(Object.keys(large.status!.nodes!)).toHaveLength(200);
    expect(large.status!.nodes!['g0']).toMatchObject({ phase: 'Succeeded', outputs: { parameters: [{ value: 'small' }] } });
    expect(large.status!.nodes!['g150']).toMatchObject({ phase: 'Succeeded', displayName: 'g150' });

    // A plain answer beside compressed nodes would be lost.
    const last = await store.patch('Workflow', { namespace, name: 'mixed' }, { metadata: version(large), status: { nodes: { g199: answer('last') } } });
    expect((await stored('mixed')).status?.nodes).toBeUndefined();
    expect(last.status!.nodes!['g199']).toMatchObject({ phase: 'Succeeded' });
    expect(last.status!.nodes!['g198']).toMatchObject({ phase: 'Running' });
    expect((await store.list('Workflow', { namespace })).items.find(({ metadata }) => metadata.name === 'mixed')!.status!.nodes!['g199']).toMatchObject({ phase: 'Succeeded' });
  });

  it('tells which nodes changed, also from plain to compressed', async () => {
    const running = await aRunning('told', 150);
    const changes: (readonly string[] | undefined)[] = [];
    const watch = store.watch('Workflow', { namespace }, (event) => {
      if (event.object.metadata.name === 'told') changes.push(event.changedNodes && [...event.changedNodes]);
    });
    await expect.poll(() => changes).toEqual([undefined]);
    const answers = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`g${index}`, answer('y'.repeat(3_000))]));
    await store.patch('Workflow', { namespace, name: 'told' }, { metadata: { resourceVersion: running.metadata.resourceVersion }, status: { nodes: answers } });
    await expect.poll(() => changes.at(-1)?.length).toBe(100);
    watch.close();
  });

  it('refuses by name what Argo would hang on, and changes nothing', async () => {
    const running = await aRunning('huge', 3);
    const patch = store.patch('Workflow', { namespace, name: 'huge' }, {
      metadata: { resourceVersion: running.metadata.resourceVersion },
      status: { nodes: { g0: answer(randomBytes(750_000).toString('base64')) } },
    });
    await expect(patch).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', details: { reason: 'TooLarge' }, message: expect.stringContaining('Argo stops working') });
    expect((await stored('huge')).metadata.resourceVersion).toBe(running.metadata.resourceVersion);
  });

  it('says for good what etcd cannot take, though the server calls it a failure of its own', async () => {
    const running = await aRunning('etcd', 1);
    const patch = store.patch('Workflow', { namespace, name: 'etcd' }, {
      metadata: { resourceVersion: running.metadata.resourceVersion },
      status: { message: randomBytes(1_300_000).toString('base64') },
    });
    await expect(patch).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', details: { reason: 'TooLarge' } });
  });

  it('refuses a Workflow that would be too large from the start', async () => {
    const workflow = aGatedWorkflow(namespace, 'spec');
    const templates = [...workflow.spec.templates!, { name: 'big', script: { image: 'x', source: 'z'.repeat(1_000_000) } }];
    await expect(store.create('Workflow', { ...workflow, spec: { ...workflow.spec, templates } })).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: expect.stringContaining('make the pipeline smaller') });
  });

  it.each([['small', 10, 100], ['compressed', 10, 60_000]])('answers from what a watch told with one request: %s nodes', async (kind, gates, length) => {
    const name = `counted-${kind}`;
    const running = await aRunning(name, gates);
    if (kind === 'compressed') await store.patch('Workflow', { namespace, name }, { metadata: { resourceVersion: running.metadata.resourceVersion }, status: { nodes: { g9: answer('x'.repeat(300_000)) } } });
    const requests: string[] = [];
    const counted = new KubernetesResourceStore({
      client: {
        json: (request: KubeRequest) => (requests.push(request.method ?? 'GET'), client.json(request)),
        stream: (request: KubeRequest) => client.stream(request),
      } as unknown as KubeClient,
    });
    let told: Resource<Workflow> | undefined;
    const watch = counted.watch('Workflow', { namespace }, ({ object }) => {
      if (object.metadata.name === name) told = object;
    });
    await expect.poll(() => told?.status?.phase).toBe('Running');
    requests.length = 0;
    const answered = await patchCurrent(counted, { kind: 'Workflow', ref: { namespace, name }, known: told! }, () => ({ status: { nodes: { g0: answer('z'.repeat(length)) } } }));
    expect(requests).toEqual(['PATCH']);
    expect(answered?.status?.nodes?.['g0']).toMatchObject({ phase: 'Succeeded' });
    expect((await stored(name)).status?.compressedNodes === undefined).toBe(kind === 'small');
    watch.close();
  });

  it('a stale answer is refused, also when it would have been compressed', async () => {
    const running = await aRunning('stale', 1);
    await store.patch('Workflow', { namespace, name: 'stale' }, { metadata: { resourceVersion: running.metadata.resourceVersion, labels: { changed: '1' } } });
    const patch = store.patch('Workflow', { namespace, name: 'stale' }, { metadata: { resourceVersion: running.metadata.resourceVersion }, status: { nodes: { g0: answer('v'.repeat(400_000)) } } });
    await expect(patch).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('lists more objects than fit a page', async () => {
    const many = await make('many');
    const names = Array.from({ length: 230 }, (_, index) => `w${String(index).padStart(3, '0')}`);
    for (let from = 0; from < names.length; from += 46) await Promise.all(names.slice(from, from + 46).map((name) => store.create('Workflow', aGatedWorkflow(many, name, NOBODYS))));
    const { items } = await store.list('Workflow', { namespace: many });
    expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(names);
  });
});

import { randomUUID } from 'node:crypto';
import type { Workflow } from '@millrace/argo';
import type { ResourceStore, WatchEvent } from '@millrace/resources';
import { aGatedWorkflow } from '@millrace/resources/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubeClient } from './kube-client.js';
import { KubernetesResourceStore } from './kubernetes-resource-store.js';
import { TcpProxy } from './testing/tcp-proxy.js';
import { aNamespace, openTestCluster, type TestCluster } from './testing/test-cluster.js';

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('a watch of which the connection goes through a proxy', () => {
  let cluster: TestCluster;
  let proxy: TcpProxy;
  let direct: KubeClient;
  let watching: KubeClient;
  /** What writes and what watches share no connection. */
  let writer: ResourceStore;
  let store: KubernetesResourceStore;
  let namespace: string;
  let events: WatchEvent<Workflow>[];
  const errors: unknown[] = [];
  let broken = 0;

  beforeAll(async () => {
    cluster = await openTestCluster();
    proxy = new TcpProxy(() => cluster.server!.port);
    await proxy.open();
  });
  afterAll(async () => {
    await proxy?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    direct = new KubeClient(cluster.server!.config());
    watching = new KubeClient(cluster.server!.config({ port: proxy.port }));
    writer = new KubernetesResourceStore({ client: direct });
    errors.length = 0;
    broken = 0;
    store = new KubernetesResourceStore({ client: watching, onBroken: () => void (broken += 1), onError: (error) => errors.push(error) });
    namespace = await aNamespace(direct, `watch-${randomUUID().slice(0, 8)}`);
    events = [];
  });
  afterEach(async () => {
    store.close();
    await Promise.all([watching.close(), direct.close()]);
  });

  const seen = () => events.map(({ type, object }) => `${type} ${object.metadata.name}`);
  const create = (name: string) => writer.create('Workflow', aGatedWorkflow(namespace, name));
  const label = async (name: string, value: string) => {
    const { metadata } = (await writer.get('Workflow', { namespace, name }))!;
    await writer.patch('Workflow', { namespace, name }, { metadata: { resourceVersion: metadata.resourceVersion, labels: { step: value } } });
  };
  const begin = async () => {
    await create('a');
    await create('b');
    store.watch('Workflow', { namespace }, (event) => events.push(event));
    await expect.poll(seen).toEqual(['ADDED a', 'ADDED b']);
  };
  /** While nobody watches: one changed, one deleted, one made. */
  const changeAll = async () => {
    await label('a', '1');
    await writer.delete('Workflow', { namespace, name: 'b' });
    await create('c');
  };
  const expectDifference = async () => {
    await expect.poll(() => seen().slice(2).sort(), { timeout: 30_000 }).toEqual(['ADDED c', 'DELETED b', 'MODIFIED a']);
    await label('c', '2');
    await expect.poll(seen, { timeout: 10_000 }).toContain('MODIFIED c');
    await expect.poll(() => store.health.connected).toBe(true);
  };

  it('goes on where it was when the connection is cut', async () => {
    await begin();
    for (let round = 0; round < 5; round += 1) {
      proxy.cut();
      await label('a', `cut-${round}`);
      await expect.poll(() => events.at(-1)?.object.metadata.labels?.['step'], { timeout: 10_000 }).toBe(`cut-${round}`);
    }
    expect(seen().filter((text) => text === 'ADDED a')).toHaveLength(1);
    expect(broken).toBeGreaterThanOrEqual(5);
  });

  it('tells what changed while the server could not be reached, and says meanwhile that it is lost', async () => {
    await begin();
    await proxy.close();
    await expect.poll(() => store.health.connected).toBe(false);
    await changeAll();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(store.health.lostForMs).toBeGreaterThan(900);
    await proxy.open();
    await expectDifference();
  });

  it('lists again and tells the difference when the server has forgotten the version', async () => {
    await begin();
    await proxy.close();
    await changeAll();
    await cluster.server!.compact();
    // The server that comes back has no cache of older versions, only what etcd still has.
    await cluster.server!.stopApi();
    await cluster.server!.startApi();
    await proxy.open();
    await expectDifference();
    expect(seen().filter((text) => text === 'ADDED a')).toHaveLength(1);
  });

  it('survives an API server that is killed and started again', async () => {
    await begin();
    await cluster.server!.stopApi('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await cluster.server!.startApi();
    await changeAll();
    await expectDifference();
  });

  it('misses a connection that died without a word, and begins a new one', async () => {
    store.close();
    store = new KubernetesResourceStore({ client: watching, watchSeconds: 1 });
    await begin();
    proxy.swallow();
    await changeAll();
    await expectDifference();
  });

  it('begins watches anew without listing or telling anything twice', async () => {
    store.close();
    store = new KubernetesResourceStore({ client: watching, watchSeconds: 1 });
    await begin();
    for (let step = 0; step < 8; step += 1) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await label('a', String(step));
    }
    await expect.poll(() => events.at(-1)?.object.metadata.labels?.['step']).toBe('7');
    expect(seen()).toEqual(['ADDED a', 'ADDED b', ...Array<string>(8).fill('MODIFIED a')]);
  });

  it('reports one lost connection at most once, and names what it may not do', async () => {
    await begin();
    proxy.cut();
    await label('a', 'x');
    await expect.poll(() => events.at(-1)?.object.metadata.labels?.['step'], { timeout: 10_000 }).toBe('x');
    expect(errors.length).toBeLessThanOrEqual(1);

    const nobody = new KubeClient(cluster.server!.config({ user: 'system:serviceaccount:millrace:agent' }));
    const refused: unknown[] = [];
    const forbidden = new KubernetesResourceStore({ client: nobody, onError: (error) => refused.push(error) });
    forbidden.watch('Workflow', { namespace }, () => undefined);
    await expect.poll(() => refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: `Service account "agent" of namespace "millrace" may not list workflows.argoproj.io in namespace "${namespace}"; grant it by a Role and its binding.`,
    });
    forbidden.close();
    await nobody.close();
  });
});

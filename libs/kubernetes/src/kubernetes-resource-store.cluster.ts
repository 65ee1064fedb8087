import { randomUUID } from 'node:crypto';
import type { Workflow } from '@millrace/argo';
import { describeResourceStore, describeSchedules, type OpenedStore } from '@millrace/resources/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubeClient } from './kube-client.js';
import { KubernetesResourceStore } from './kubernetes-resource-store.js';
import { aNamespace, openTestCluster, type TestCluster } from './testing/test-cluster.js';
import { startStandInArgo } from './testing/stand-in-argo.js';

describe('on a real API server', () => {
  let cluster: TestCluster;
  beforeAll(async () => void (cluster = await openTestCluster()));
  afterAll(() => cluster?.close());

  const open = async (): Promise<OpenedStore> => {
    const client = new KubeClient(cluster.config());
    const namespace = await aNamespace(client, `contract-${randomUUID().slice(0, 8)}`);
    // A cluster that was given has the real one.
    const argo = cluster.server && startStandInArgo(client, namespace);
    const store = new KubernetesResourceStore({ client });
    return {
      store,
      namespace,
      async close() {
        store.close();
        await argo?.close();
        await client.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
        await client.close();
      },
    };
  };
  describeResourceStore('KubernetesResourceStore', open);
  describeSchedules('KubernetesResourceStore', open);

  it('puts the id of an Argo controller on Workflows, for it to run them', async () => {
    const client = new KubeClient(cluster.config());
    const namespace = await aNamespace(client, `instance-${randomUUID().slice(0, 8)}`);
    const store = new KubernetesResourceStore({ client, argoInstanceId: 'ours' });
    try {
      const { metadata } = await store.create('Workflow', { metadata: { name: 'labelled', namespace, labels: { a: 'b' } }, spec: { entrypoint: 'main', templates: [{ name: 'main', suspend: {} }] } } as Workflow);
      expect(metadata.labels).toEqual({ a: 'b', 'workflows.argoproj.io/controller-instanceid': 'ours' });
    } finally {
      store.close();
      await client.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
      await client.close();
    }
  });
});

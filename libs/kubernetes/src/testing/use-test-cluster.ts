import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { KubeClient } from '../kube-client.js';
import { aNamespace, openTestCluster, type TestCluster } from './test-cluster.js';

/** What the tests of a suite share; there from the first of them on. */
export interface UsedCluster {
  readonly cluster: TestCluster;
  readonly client: KubeClient;
  /** Of this suite alone, and removed with what is in it. */
  readonly namespace: string;
}

/** Within a `describe`, first of all: a cluster for its tests, there in each `beforeAll` after it. */
export function useTestCluster(prefix: string): UsedCluster {
  let used: UsedCluster | undefined;
  let opened: TestCluster | undefined;
  let client: KubeClient | undefined;
  beforeAll(async () => {
    opened = await openTestCluster();
    client = new KubeClient(opened.config());
    used = { cluster: opened, client, namespace: await aNamespace(client, `${prefix}-${randomUUID().slice(0, 8)}`) };
  });
  afterAll(async () => {
    // A cluster that was given keeps what is left in it.
    if (used !== undefined && opened?.server === undefined) await used.client.json({ method: 'DELETE', path: `/api/v1/namespaces/${used.namespace}` });
    await client?.close();
    await opened?.close();
  });
  const now = (): UsedCluster => {
    if (used === undefined) throw new Error('The test cluster is there once the tests run, not while they are listed.');
    return used;
  };
  return {
    get cluster() {
      return now().cluster;
    },
    get client() {
      return now().client;
    },
    get namespace() {
      return now().namespace;
    },
  };
}

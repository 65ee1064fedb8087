import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '@millrace/database';
import { KubeClient, KubernetesResourceStore } from '@millrace/kubernetes';
import { aNamespace, openTestCluster, type KubeApiServer, type TestCluster } from '@millrace/kubernetes/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ServiceReplicas, type ServiceReplica, type ServiceReplicasOptions } from './service-replicas.js';

export interface ReplicaSuite extends Pick<ServiceReplicasOptions, 'service' | 'namespace'> {
  /** Metric of a replica: how many shards are its own. */
  readonly shardMetric: string;
}

/** What the tests of a suite have: an API server for all of them; a folder, a database and replicas for each. */
export interface UsedReplicas {
  readonly server: KubeApiServer;
  readonly client: KubeClient;
  readonly store: KubernetesResourceStore;
  readonly folder: string;
  readonly database: Database;
  readonly replicas: ServiceReplicas;
  /** Waits until it says so. */
  ready(replica: ServiceReplica): Promise<void>;
  /** Waits until replicas have so many shards each, the fewest first. */
  share(...shards: readonly number[]): Promise<void>;
}

/** Within a `describe`, first of all: replicas of a service on an API server of the suite's own, there in each `beforeEach` after it. */
export function useServiceReplicas({ service, namespace, shardMetric }: ReplicaSuite): UsedReplicas {
  const used = {
    ready: async (replica: ServiceReplica) => {
      await expect.poll(() => used.replicas.isReady(replica), { timeout: 40_000 }).toBe(true);
    },
    share: async (...shards: readonly number[]) => {
      await expect.poll(() => used.replicas.figures(shardMetric), { timeout: 60_000, interval: 500 }).toEqual(shards);
    },
  } as { -readonly [Key in keyof UsedReplicas]: UsedReplicas[Key] };
  let cluster: TestCluster | undefined;

  beforeAll(async () => {
    ServiceReplicas.bundle(service);
    cluster = await openTestCluster();
    used.server = cluster.server!;
    used.client = new KubeClient(cluster.config());
    used.store = new KubernetesResourceStore({ client: used.client });
    await aNamespace(used.client, namespace);
  });
  afterAll(async () => {
    used.store?.close();
    await used.client?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    used.folder = mkdtempSync(join(tmpdir(), `${service}-`));
    const databaseUrl = `file:${join(used.folder, 'rows.db')}`;
    used.replicas = new ServiceReplicas({ service, folder: used.folder, namespace, databaseUrl, apiPort: used.server.port });
    used.database = await openDatabase({ url: databaseUrl, shareChanges: true });
  });
  afterEach(async () => {
    used.replicas.killAll();
    await used.database.close();
    rmSync(used.folder, { recursive: true, force: true });
  });
  return used;
}

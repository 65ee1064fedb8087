import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Change, type Database, type Run } from '@millrace/database';
import { KubeClient, KubernetesResourceStore } from '@millrace/kubernetes';
import { aNamespace, openTestCluster, startStandInArgo, type KubeApiServer, type TestCluster } from '@millrace/kubernetes/testing';
import { FileObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { createRunController, type RunController } from '@millrace/run-controller';
import { ServiceReplicas, type ServiceReplica } from '@millrace/service-host/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const NAMESPACE = 'agents';
const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('replicas of the persistence agent', () => {
  let cluster: TestCluster & { readonly server: KubeApiServer };
  let client: KubeClient;
  let store: KubernetesResourceStore;
  let argo: { close(): Promise<void> };
  let folder: string;
  let database: Database;
  let runs: RunController;
  let replicas: ServiceReplicas;

  beforeAll(async () => {
    ServiceReplicas.bundle('persistence-agent');
    cluster = (await openTestCluster()) as typeof cluster;
    client = new KubeClient(cluster.config());
    store = new KubernetesResourceStore({ client });
    await aNamespace(client, NAMESPACE);
  });
  afterAll(async () => {
    store?.close();
    await client?.close();
    await cluster?.close();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-agents-'));
    const databaseUrl = `file:${join(folder, 'rows.db')}`;
    replicas = new ServiceReplicas({ service: 'persistence-agent', folder, namespace: NAMESPACE, databaseUrl, apiPort: cluster.server.port });
    database = await openDatabase({ url: databaseUrl, shareChanges: true });
    argo = startStandInArgo(client, NAMESPACE, { answerAfterMs: () => 1_000 });
    const layout: Layout = { transport: 'in-place', defaultPipelineRoot: folder, refuseRoot: () => undefined, parameterFolder: () => '/p', workspacePath: '/w' };
    runs = createRunController({ database, store, objects: new FileObjectStore({ roots: [folder] }), layout, substrate: 'kubernetes' });
  });
  afterEach(async () => {
    replicas.killAll();
    await argo.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ready = async (replica: ServiceReplica) => {
    await expect.poll(() => replicas.isReady(replica), { timeout: 40_000 }).toBe(true);
  };
  const share = async (...shards: readonly number[]) => {
    await expect.poll(() => replicas.figures('millrace_agent_shards'), { timeout: 60_000, interval: 500 }).toEqual(shards);
  };

  const submit = (): Promise<Run> => {
    const workflow = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { generateName: 'wait-' },
      spec: { entrypoint: 'root', templates: [{ name: 'root', dag: { tasks: [{ name: 'gate', template: 'gate' }] } }, { name: 'gate', suspend: {} }] },
    };
    return runs.submit({ namespace: NAMESPACE, experimentId: 'e', displayName: 'a run', serviceAccount: 'robot', pipeline: parseAnyPipelineValue(workflow), document: { pipelineSpec: workflow as never }, parameters: {} });
  };
  const states = async (all: readonly Run[]) => Promise.all(all.map(async ({ id }) => (await database.runs.get(id)).state));
  const allOver = async (all: readonly Run[]) => {
    await expect.poll(async () => (await states(all)).filter((state) => !OVER.has(state)).length, { timeout: 90_000, interval: 500 }).toBe(0);
  };

  it('share the shards, finish every run whichever is killed or ended, and tell each other of changes', async () => {
    const [one, two] = [await replicas.start(), await replicas.start()];
    await Promise.all([ready(one), ready(two)]);
    await share(16, 16);

    const heard: Change[] = [];
    database.changes.subscribe((change) => heard.push(change));
    const first = await Promise.all(Array.from({ length: 20 }, submit));
    const killedAt = Date.now();
    replicas.kill(one);
    await share(32);
    expect(Date.now() - killedAt).toBeLessThan(40_000);
    await allOver(first);
    expect(new Set(await states(first))).toEqual(new Set(['SUCCEEDED']));
    expect(heard.filter((change) => change.kind === 'run' && change.op === 'updated').length).toBeGreaterThanOrEqual(20);

    await ready(await replicas.start());
    await share(16, 16);
    const second = await Promise.all(Array.from({ length: 10 }, submit));
    expect(await replicas.end(two)).toBe(0);
    await share(32);
    await allOver(second);
    // What is over is labelled so that Argo may remove it; nothing was left out on the way.
    await expect.poll(async () => (await store.list('Workflow', { namespace: NAMESPACE })).items.filter(({ metadata }) => metadata.labels?.['pipeline/persistedFinalState'] !== 'true').length, { timeout: 30_000 }).toBe(0);
  }, 300_000);

  it('go on when the API server was away, say meanwhile that they are not ready, and take up runs that nobody could submit', async () => {
    const one = await replicas.start();
    await ready(one);
    await share(32);
    const before = await Promise.all(Array.from({ length: 5 }, submit));
    await cluster.server.stopApi('SIGKILL');
    const during = await submit();
    expect(during.submitted).toBe(false);
    await expect.poll(() => replicas.isReady(one), { timeout: 30_000 }).toBe(false);
    expect((await fetch(`${one.probes}/livez`)).status).toBe(200);
    await cluster.server.startApi();
    await ready(one);
    await allOver([...before, during]);
    expect(new Set(await states([...before, during]))).toEqual(new Set(['SUCCEEDED']));
  }, 300_000);
});

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDatabase, type Change, type Database, type Run } from '@millrace/database';
import { KubeClient, KubernetesResourceStore } from '@millrace/kubernetes';
import { aNamespace, openTestCluster, startStandInArgo, type KubeApiServer, type TestCluster } from '@millrace/kubernetes/testing';
import { FileObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { createRunController, type RunController } from '@millrace/run-controller';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
const NAMESPACE = 'agents';
const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

/** A replica, as a process of its own. */
interface Replica {
  readonly process: ChildProcess;
  readonly probes: string;
}

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('replicas of the persistence agent', () => {
  let cluster: TestCluster & { readonly server: KubeApiServer };
  let client: KubeClient;
  let store: KubernetesResourceStore;
  let argo: { close(): Promise<void> };
  let folder: string;
  let database: Database;
  let runs: RunController;
  let replicas: Replica[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, [join(WORKSPACE, 'scripts/bundle-service.mjs'), 'persistence-agent'], { cwd: WORKSPACE });
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
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig(cluster.server)));
    database = await openDatabase({ url: `file:${join(folder, 'rows.db')}`, shareChanges: true });
    argo = startStandInArgo(client, NAMESPACE, { answerAfterMs: () => 1_000 });
    const layout: Layout = { transport: 'in-place', defaultPipelineRoot: folder, refuseRoot: () => undefined, parameterFolder: () => '/p', workspacePath: '/w' };
    runs = createRunController({ database, store, objects: new FileObjectStore({ roots: [folder] }), layout, substrate: 'kubernetes' });
  });
  afterEach(async () => {
    for (const { process: child } of replicas) child.kill('SIGKILL');
    replicas = [];
    await argo.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const startReplica = async (): Promise<Replica> => {
    const port = await freePort();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(WORKSPACE, 'apps/persistence-agent/dist/persistence-agent.mjs')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: join(folder, 'kubeconfig'),
        MILLRACE_NAMESPACE: NAMESPACE,
        MILLRACE_DATABASE_URL: `file:${join(folder, 'rows.db')}`,
        MILLRACE_S3_ENDPOINT: 'nowhere:9000',
        MILLRACE_PROBE_HOST: '127.0.0.1',
        MILLRACE_PROBE_PORT: String(port),
      },
    });
    const replica = { process: child, probes: `http://127.0.0.1:${port}` };
    replicas.push(replica);
    return replica;
  };
  const isReady = async ({ probes }: Replica) => (await fetch(`${probes}/readyz`).catch(() => undefined))?.status === 200;
  const shardsOf = async ({ probes }: Replica) => Number(/^millrace_agent_shards (\d+)$/m.exec(await (await fetch(`${probes}/metrics`)).text())?.[1]);
  const ready = async (replica: Replica) => {
    await expect.poll(() => isReady(replica), { timeout: 40_000 }).toBe(true);
  };
  const share = async (...shards: readonly number[]) => {
    await expect.poll(async () => (await Promise.all(replicas.map(shardsOf))).sort((a, b) => a - b), { timeout: 60_000, interval: 500 }).toEqual(shards);
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
    const [one, two] = [await startReplica(), await startReplica()];
    await Promise.all([ready(one), ready(two)]);
    await share(16, 16);

    const heard: Change[] = [];
    database.changes.subscribe((change) => heard.push(change));
    const first = await Promise.all(Array.from({ length: 20 }, submit));
    const killedAt = Date.now();
    one.process.kill('SIGKILL');
    replicas = [two];
    await share(32);
    expect(Date.now() - killedAt).toBeLessThan(40_000);
    await allOver(first);
    expect(new Set(await states(first))).toEqual(new Set(['SUCCEEDED']));
    expect(heard.filter((change) => change.kind === 'run' && change.op === 'updated').length).toBeGreaterThanOrEqual(20);

    const three = await startReplica();
    await ready(three);
    await share(16, 16);
    const second = await Promise.all(Array.from({ length: 10 }, submit));
    const ended = new Promise((end) => two.process.once('exit', end));
    two.process.kill('SIGTERM');
    expect(await ended).toBe(0);
    replicas = [three];
    await share(32);
    await allOver(second);
    // What is over is labelled so that Argo may remove it; nothing was left out on the way.
    await expect.poll(async () => (await store.list('Workflow', { namespace: NAMESPACE })).items.filter(({ metadata }) => metadata.labels?.['pipeline/persistedFinalState'] !== 'true').length, { timeout: 30_000 }).toBe(0);
  }, 300_000);

  it('go on when the API server was away, say meanwhile that they are not ready, and take up runs that nobody could submit', async () => {
    const one = await startReplica();
    await ready(one);
    await share(32);
    const before = await Promise.all(Array.from({ length: 5 }, submit));
    await cluster.server.stopApi('SIGKILL');
    const during = await submit();
    expect(during.submitted).toBe(false);
    await expect.poll(() => isReady(one), { timeout: 30_000 }).toBe(false);
    expect((await fetch(`${one.probes}/livez`)).status).toBe(200);
    await cluster.server.startApi();
    await ready(one);
    await allOver([...before, during]);
    expect(new Set(await states([...before, during]))).toEqual(new Set(['SUCCEEDED']));
  }, 300_000);
});

function kubeconfig(server: KubeApiServer): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${server.port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'token-of-admin' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

import type { Change, Run } from '@millrace/database';
import { startStandInArgo } from '@millrace/kubernetes/testing';
import { FileObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { createRunController, type RunController } from '@millrace/run-controller';
import { useServiceReplicas } from '@millrace/service-host/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const NAMESPACE = 'agents';
const OVER = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('replicas of the persistence agent', () => {
  const used = useServiceReplicas({ service: 'persistence-agent', namespace: NAMESPACE, shardMetric: 'millrace_agent_shards' });
  const { ready, share } = used;
  let argo: { close(): Promise<void> };
  let runs: RunController;

  beforeEach(() => {
    const { client, database, folder, store } = used;
    argo = startStandInArgo(client, NAMESPACE, { answerAfterMs: () => 1_000 });
    const layout: Layout = { transport: 'in-place', defaultPipelineRoot: folder, refuseRoot: () => undefined, parameterFolder: () => '/p', workspacePath: '/w' };
    runs = createRunController({ database, store, objects: new FileObjectStore({ roots: [folder] }), layout, substrate: 'kubernetes' });
  });
  afterEach(() => argo.close());

  const submit = (): Promise<Run> => {
    const workflow = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { generateName: 'wait-' },
      spec: { entrypoint: 'root', templates: [{ name: 'root', dag: { tasks: [{ name: 'gate', template: 'gate' }] } }, { name: 'gate', suspend: {} }] },
    };
    return runs.submit({ namespace: NAMESPACE, experimentId: 'e', displayName: 'a run', serviceAccount: 'robot', pipeline: parseAnyPipelineValue(workflow), document: { pipelineSpec: workflow as never }, parameters: {} });
  };
  const states = async (all: readonly Run[]) => Promise.all(all.map(async ({ id }) => (await used.database.runs.get(id)).state));
  const allOver = async (all: readonly Run[]) => {
    await expect.poll(async () => (await states(all)).filter((state) => !OVER.has(state)).length, { timeout: 90_000, interval: 500 }).toBe(0);
  };

  it('share the shards, finish every run whichever is killed or ended, and tell each other of changes', async () => {
    const [one, two] = [await used.replicas.start(), await used.replicas.start()];
    await Promise.all([ready(one), ready(two)]);
    await share(16, 16);

    const heard: Change[] = [];
    used.database.changes.subscribe((change) => heard.push(change));
    const first = await Promise.all(Array.from({ length: 20 }, submit));
    const killedAt = Date.now();
    used.replicas.kill(one);
    await share(32);
    expect(Date.now() - killedAt).toBeLessThan(40_000);
    await allOver(first);
    expect(new Set(await states(first))).toEqual(new Set(['SUCCEEDED']));
    expect(heard.filter((change) => change.kind === 'run' && change.op === 'updated').length).toBeGreaterThanOrEqual(20);

    await ready(await used.replicas.start());
    await share(16, 16);
    const second = await Promise.all(Array.from({ length: 10 }, submit));
    expect(await used.replicas.end(two)).toBe(0);
    await share(32);
    await allOver(second);
    // What is over is labelled so that Argo may remove it; nothing was left out on the way.
    await expect.poll(async () => (await used.store.list('Workflow', { namespace: NAMESPACE })).items.filter(({ metadata }) => metadata.labels?.['pipeline/persistedFinalState'] !== 'true').length, { timeout: 30_000 }).toBe(0);
  }, 300_000);

  it('go on when the API server was away, say meanwhile that they are not ready, and take up runs that nobody could submit', async () => {
    const one = await used.replicas.start();
    await ready(one);
    await share(32);
    const before = await Promise.all(Array.from({ length: 5 }, submit));
    await used.server.stopApi('SIGKILL');
    const during = await submit();
    expect(during.submitted).toBe(false);
    await expect.poll(() => used.replicas.isReady(one), { timeout: 30_000 }).toBe(false);
    expect((await fetch(`${one.probes}/livez`)).status).toBe(200);
    await used.server.startApi();
    await ready(one);
    await allOver([...before, during]);
    expect(new Set(await states([...before, during]))).toEqual(new Set(['SUCCEEDED']));
  }, 300_000);
});

import { randomUUID } from 'node:crypto';
import { KubernetesResourceStore, type KubeClient } from '@millrace/kubernetes';
import { aNamespace, useTestCluster } from '@millrace/kubernetes/testing';
import { openScriptedArgo } from '@millrace/embedded-argo/testing';
import { describeResourceStore } from '@millrace/resources/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mirrorWorkflows } from './testing/mirror-workflows.js';
import { RunBench } from './testing/run-bench.js';

const path = (namespace: string, name: string) => `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/${name}`;

// The real Argo would run them too.
describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('Workflows of a real API server that embedded Argo runs', () => {
  const used = useTestCluster('mirror');
  let client: KubeClient;
  let store: KubernetesResourceStore;
  beforeAll(() => {
    ({ client } = used);
    store = new KubernetesResourceStore({ client });
  });
  afterAll(() => store?.close());
  const mirror = (namespace: string, engine: Parameters<typeof mirrorWorkflows>[0]['engine']) =>
    mirrorWorkflows({ outside: store, engine, namespace, replace: (workflow) => client.json({ method: 'PUT', path: path(namespace, workflow.metadata.name), body: workflow }) });

  describeResourceStore('KubernetesResourceStore, run by embedded Argo,', async () => {
    const namespace = await aNamespace(client, `contract-${randomUUID().slice(0, 8)}`);
    const argo = await openScriptedArgo();
    const mirrored = mirror(namespace, argo.store);
    return {
      store,
      namespace,
      async close() {
        await mirrored.close();
        await argo.close();
      },
    };
  });

  describe('the language', () => {
    const TEXT = { out: { out: 'STRING' } } as const;
    const LIST = { out: { out: 'LIST' } } as const;
    let bench: RunBench;
    let mirrored: { close(): Promise<void> };
    beforeAll(async () => {
      await aNamespace(client, 'team');
      bench = await RunBench.open({
        through: (engine) => {
          mirrored = mirror('team', engine);
          return store;
        },
      });
    });
    afterAll(async () => {
      await bench?.runs.close();
      await mirrored?.close();
      await bench?.close();
    });

    it('runs a chain of tasks that must wait for each other', async () => {
      const { run, tasks } = await bench.run({ a: TEXT, b: { in: { text: 'a.out' }, ...TEXT }, c: { in: { text: 'b.out' }, ...TEXT } });
      expect(run.state).toBe('SUCCEEDED');
      expect(tasks['c']?.inputs).toEqual({ text: 'b-out' });
    });

    it('takes one of two branches', async () => {
      const is = (face: string) => `inputs.parameter_values['face'] == '${face}'`;
      const branches = { flip: TEXT, heads: { in: { face: 'flip.out' }, if: is('heads'), tasks: { say: {} } }, tails: { in: { face: 'flip.out' }, if: is('tails'), tasks: { say: {} } } };
      const { run, states } = await bench.run(branches, { script: ({ task }) => (task === 'flip' ? { out: { out: 'tails' } } : undefined) });
      expect(run.state).toBe('SUCCEEDED');
      expect(states).toMatchObject({ heads: 'SKIPPED', 'heads/say': 'SKIPPED', tails: 'SUCCEEDED', 'tails/say': 'SUCCEEDED' });
    });

    it('goes over a list that a task made, with nodes that are compressed on the way', async () => {
      const { run, tasks } = await bench.run(
        { split: LIST, loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { say: { in: { n: '$item' }, types: { n: 'STRING' }, ...TEXT } }, outputs: { out: 'say.out' } } },
        { script: ({ task, inputs }) => (task === 'split' ? { out: { out: Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(10_000)}`) } } : { out: { out: String(inputs['n']).slice(0, 4) } }) },
      );
      expect(run.state).toBe('SUCCEEDED');
      expect(tasks['loop']!.outputs!['out']).toHaveLength(40);
    });

    it('fails the run when a task does, and says which', async () => {
      const { run, states } = await bench.run({ a: TEXT, b: { in: { text: 'a.out' } } }, { script: ({ task }) => (task === 'a' ? { fail: true } : undefined) });
      expect(run).toMatchObject({ state: 'FAILED', error: expect.stringContaining('a') });
      expect(states).toEqual({ a: 'FAILED', b: 'SKIPPED' });
    });
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDatabase, type Database, type Run } from '@millrace/database';
import { createExecutor } from '@millrace/embedded-argo';
import { KubeClient, KubernetesResourceStore } from '@millrace/kubernetes';
import { aNamespace, openTestCluster, type TestCluster } from '@millrace/kubernetes/testing';
import { FileObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { createRunController, type RunController } from '@millrace/run-controller';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedArgoOn } from './embedded-argo-on-cluster.js';
import { shellPipeline, type ShellTask } from '../harness/shell-pipeline.js';

const PYTHON = resolve(import.meta.dirname, '../../../libs/embedded-argo/src/process-executor/python');
const NAMESPACE = 'embedded';

/** A loop over what a task says, and two conditions on it. */
const DYNAMIC = (() => {
  const spec = shellPipeline({ say: { line: `printf '["a","b","c"]' > "$1"`, outputs: { items: 'LIST' } }, each: { line: 'true' }, only: { line: 'true' }, never: { line: 'exit 1' } }) as any;
  const from = (producerTask: string) => ({ taskOutputParameter: { producerTask, outputParameterKey: 'items' } });
  const { each, only, never } = spec.root.dag.tasks;
  for (const name of ['each', 'only', 'never']) delete spec.root.dag.tasks[name];
  spec.components['comp-loop'] = { inputDefinitions: { parameters: { items: { parameterType: 'LIST' }, item: { parameterType: 'STRING' } } }, dag: { tasks: { each } } };
  spec.components['comp-yes'] = { inputDefinitions: { parameters: { items: { parameterType: 'LIST' } } }, dag: { tasks: { only } } };
  spec.components['comp-no'] = { inputDefinitions: { parameters: { items: { parameterType: 'LIST' } } }, dag: { tasks: { never } } };
  const inside = (component: string, more: object) => ({ taskInfo: { name: component }, componentRef: { name: component }, dependentTasks: ['say'], inputs: { parameters: { items: from('say') } }, ...more });
  Object.assign(spec.root.dag.tasks, {
    loop: inside('comp-loop', { parameterIterator: { itemInput: 'item', items: { inputParameter: 'items' } } }),
    yes: inside('comp-yes', { triggerPolicy: { condition: `inputs.parameter_values['items'][0] == 'a'` } }),
    no: inside('comp-no', { triggerPolicy: { condition: `inputs.parameter_values['items'][0] == 'b'` } }),
  });
  return spec as object;
})();

describe('runs whose Workflows are in an API server, reconciled by embedded Argo', () => {
  let cluster: TestCluster;
  let client: KubeClient;
  let store: KubernetesResourceStore;
  let argo: { close(): Promise<void> };
  let folder: string;
  let database: Database;
  let runs: RunController;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-embedded-'));
    cluster = await openTestCluster();
    client = new KubeClient(cluster.config());
    store = new KubernetesResourceStore({ client });
    await aNamespace(client, NAMESPACE);
    argo = await startEmbeddedArgoOn({
      client,
      namespace: NAMESPACE,
      folder: join(folder, 'engine'),
      executor: (listener) =>
        createExecutor({
          mode: 'process', listener, folder: join(folder, 'attempts'), resolveAttempt: async () => undefined, environmentFolders: [join(folder, 'environments')], hostEnvironment: process.env,
          visible: [folder], pythonFolder: PYTHON, log: { info: () => undefined, warn: () => undefined },
        }),
    });
    database = await openDatabase({ url: `file:${join(folder, 'rows.db')}`, shareChanges: true });
    const layout: Layout = { transport: 'in-place', defaultPipelineRoot: join(folder, 'artifacts'), refuseRoot: () => undefined, parameterFolder: (root) => join(root, '.parameters'), workspacePath: '/kfp-workspace' };
    runs = createRunController({ database, store, objects: new FileObjectStore({ roots: [join(folder, 'artifacts')] }), layout, substrate: 'kubernetes' });
    await runs.start();
  });
  afterAll(async () => {
    await runs?.close();
    await argo?.close();
    await database?.close();
    store?.close();
    await client?.close();
    await cluster?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const submit = (spec: object): Promise<Run> =>
    runs.submit({ namespace: NAMESPACE, experimentId: 'e', displayName: 'r', serviceAccount: 's', pipeline: parseAnyPipelineValue(spec), document: { pipelineSpec: spec as never }, parameters: {} });
  const ended = async ({ id }: Run) => {
    await expect.poll(async () => (await database.runs.get(id)).state, { timeout: 60_000 }).toMatch(/SUCCEEDED|FAILED|CANCELED/);
    const tasks = (await database.tasks.list(id)).map(({ path, state }) => [path, state]);
    return { state: (await database.runs.get(id)).state, tasks: Object.fromEntries(tasks) as Record<string, string> };
  };
  const shell = (tasks: Readonly<Record<string, ShellTask>>) => submit(shellPipeline(tasks));

  it('succeed, with a retry, in order', async () => {
    const mark = join(folder, 'tried');
    const { state, tasks } = await ended(await shell({ first: { line: `[ -e ${mark} ] || { touch ${mark}; exit 3; }`, retries: 1 }, second: { line: `[ -e ${mark} ]`, after: ['first'] } }));
    expect(state).toBe('SUCCEEDED');
    expect(tasks).toMatchObject({ 'root/first': 'SUCCEEDED', 'root/second': 'SUCCEEDED' });
  });

  it('loop over and decide by what a task said, which the run controller answers through the API server', async () => {
    const run = await submit(DYNAMIC);
    const { state, tasks } = await ended(run);
    expect(state).toBe('SUCCEEDED');
    expect(Object.keys(tasks).filter((path) => path.endsWith('/each') && tasks[path] === 'SUCCEEDED')).toHaveLength(3);
    expect([tasks['root/yes/only'], tasks['root/no']]).toEqual(['SUCCEEDED', 'SKIPPED']);
    const workflow = (await store.list('Workflow', { namespace: NAMESPACE, labels: { 'pipeline/runid': run.id } })).items[0];
    expect(workflow?.metadata.labels).toMatchObject({ 'workflows.argoproj.io/completed': 'true' });
    expect(Object.values(workflow?.status?.nodes ?? {}).filter(({ type, phase }) => type === 'Suspend' && phase === 'Succeeded')).not.toEqual([]);
  });

  it('fail with what a task failed with, and end when they are told to', async () => {
    expect((await ended(await shell({ fails: { line: 'exit 7' } }))).state).toBe('FAILED');
    const long = await shell({ waits: { line: 'sleep 300' } });
    await expect.poll(async () => (await database.tasks.list(long.id)).find(({ path }) => path === 'root/waits')?.state, { timeout: 30_000 }).toBe('RUNNING');
    await runs.terminate(long.id);
    expect((await ended(long)).state).toBe('CANCELED');
    await runs.delete(long.id);
    await expect.poll(async () => (await store.list('Workflow', { namespace: NAMESPACE, labels: { 'pipeline/runid': long.id } })).items.length).toBe(0);
  });
});

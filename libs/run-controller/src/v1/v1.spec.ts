import { Readable } from 'node:stream';
import type { NodeStatus, Workflow } from '@millrace/argo';
import type { Run } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import { parseAnyPipelineValue, type WorkflowPipeline } from '@millrace/pipeline-spec';
import type { Resource } from '@millrace/resources';
import { describe, expect, it } from 'vitest';
import type { PrepareContext } from '../prepare-run.js';
import { settleOpen } from '../ingest.js';
import { ingestWorkflow, settleGroups } from './ingest-workflow.js';
import { placeNode } from './place-node.js';
import { prepareWorkflowRun, previewWorkflowRun, workflowOfRun } from './prepare-workflow.js';
import { readRunMetrics } from './read-run-metrics.js';
import { WorkflowRun } from './workflow-run.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const RUN_ID = '0123456789ab-run';

function aWorkflow(spec: object = {}): Workflow {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'My_Flow-', labels: { kept: 'yes' }, annotations: { kept: 'yes' } },
    spec: {
      entrypoint: 'main',
      onExit: 'bye',
      serviceAccountName: 'pipeline-runner',
      arguments: { parameters: [{ name: 'a', value: '1' }, { name: 'b' }] },
      templates: [
        { name: 'main', dag: { tasks: [{ name: 'later', template: 'loop', dependencies: ['first'], withItems: [1, 2] }, { name: 'first', template: 'pod' }, { name: 'maybe', template: 'group', dependencies: ['first'], when: 'x == y' }] } },
        { name: 'group', dag: { tasks: [{ name: 'inner', template: 'pod' }] } },
        { name: 'loop', dag: { tasks: [{ name: 'in-loop', template: 'pod' }, { name: 'after', template: 'pod', dependencies: ['in-loop'] }] } },
        { name: 'pod', container: { image: 'i', command: ['echo'], args: ['{{inputs.parameters.p}}', '{{workflow.uid}}'] }, outputs: { artifacts: [{ name: 'mlpipeline-metrics', path: '/m' }, { name: 'model', path: '/x' }] } },
        { name: 'bye', container: { image: 'i' }, metadata: { annotations: { 'sidecar.istio.io/inject': 'true', 'pipelines.kubeflow.org/task_display_name': 'Say bye' } } },
      ],
      ...spec,
    },
  } as unknown as Workflow;
}

const submission = (parameters: Record<string, string | number> = { b: '2' }, workflow = aWorkflow()) => {
  const pipeline = parseAnyPipelineValue(workflow) as WorkflowPipeline;
  return { id: RUN_ID, namespace: 'ns', experimentId: 'e', displayName: 'My run', serviceAccount: 'robot', pipeline, document: { pipelineSpec: {} }, parameters };
};
let ids = 0;
const context = { now: NOW, newId: () => `id-${(ids += 1)}`, cacheEnabled: true, expand: (text: string) => text } as unknown as PrepareContext & { expand: (text: string) => string };

describe('the Workflow of a run of a v1 pipeline', () => {
  const made = () => workflowOfRun(submission({ b: 5 }), { cacheEnabled: true, expand: (text) => text.replace('[[RunUUID]]', RUN_ID) });

  it('has a name of its own, the labels of the run, and keeps what it had', () => {
    expect(made().metadata).toEqual({
      name: 'my-flow-0123456789',
      namespace: 'ns',
      labels: { kept: 'yes', 'pipeline/runid': RUN_ID },
      annotations: { kept: 'yes', 'pipelines.kubeflow.org/run_name': 'My run' },
    });
    expect(made().spec.podMetadata).toEqual({ labels: { 'pipeline/runid': RUN_ID } });
    expect(made().spec.serviceAccountName).toBe('robot');
  });

  it('has the values that were given, as text, beside its own', () => {
    expect(made().spec.arguments?.parameters).toEqual([{ name: 'a', value: '1' }, { name: 'b', value: '5' }]);
  });

  it('has the macros of its values replaced, also in those it brought along', () => {
    const own = submission({ b: 'x' }, aWorkflow({ arguments: { parameters: [{ name: 'a', value: 'run [[RunUUID]]' }, { name: 'b' }] } }));
    expect(workflowOfRun(own, { cacheEnabled: true, expand: (text) => text.replace('[[RunUUID]]', RUN_ID) }).spec.arguments?.parameters?.[0]?.value).toBe(`run ${RUN_ID}`);
  });

  it('leaves out limits of 0, which mean none and which Argo\'s full definition refuses', () => {
    const templates = (parallelism: number) => {
      const workflow = aWorkflow();
      return workflowOfRun(submission({ b: 1 }, { ...workflow, spec: { ...workflow.spec, templates: workflow.spec.templates?.map((template) => ({ ...template, parallelism })) } }), { cacheEnabled: true, expand: (text) => text }).spec.templates;
    };
    expect(templates(0)?.some((template) => 'parallelism' in template)).toBe(false);
    expect(templates(2)?.every(({ parallelism }) => parallelism === 2)).toBe(true);
  });

  it('says the id of the run where the SDK asks for it', () => {
    expect(JSON.stringify(made())).not.toContain('workflow.uid');
    expect(made().spec.templates?.find(({ name }) => name === 'pod')?.container?.args).toEqual(['{{inputs.parameters.p}}', RUN_ID]);
  });

  it('lets components leave out metrics, and marks templates as KFP does', () => {
    const templates = new Map(made().spec.templates?.map((template) => [template.name, template]));
    expect(templates.get('pod')?.outputs?.artifacts).toEqual([{ name: 'mlpipeline-metrics', path: '/m', optional: true }, { name: 'model', path: '/x' }]);
    expect(templates.get('pod')?.metadata).toEqual({ labels: { 'pipelines.kubeflow.org/cache_enabled': 'true' }, annotations: { 'sidecar.istio.io/inject': 'false' } });
    expect(templates.get('bye')?.metadata?.annotations).toMatchObject({ 'sidecar.istio.io/inject': 'true' });
  });

  it('is not made with parameters it does not have, or without those it needs, all named at once', () => {
    expect(() => workflowOfRun(submission({ x: 1, y: 2 }), { cacheEnabled: true, expand: (text) => text })).toThrow(/parameter: x\.[\s\S]*parameter: y\.[\s\S]*"b" needs a value/);
  });

  it('is refused as the engine refuses it, before anything is stored', async () => {
    const refuseWorkflow = (workflow: Workflow) => {
      throw new Error(`no ${workflow.metadata?.name}`);
    };
    await expect(prepareWorkflowRun(submission(), { ...context, refuseWorkflow })).rejects.toThrow('no my-flow-0123456789');
  });

  it('is refused with containers that cannot run here, each by its template', async () => {
    const refuseContainer = ({ image }: { readonly image: string }) => (image === 'i' ? [`no image "${image}".`] : []);
    await expect(prepareWorkflowRun(submission(), { ...context, refuseContainer })).rejects.toThrow(`templates['pod']: no image "i".\ntemplates['bye']: no image "i".`);
    const later = submission({ b: '1' }, aWorkflow({ onExit: 'main', templates: [{ name: 'main', container: { image: '{{workflow.parameters.a}}', command: ['x'] } }] }));
    await expect(prepareWorkflowRun(later, { ...context, refuseContainer: () => ['never'] })).resolves.toBeDefined();
  });

  it('is refused with a pipeline root, which it would not heed', async () => {
    await expect(prepareWorkflowRun({ ...submission(), pipelineRoot: '/x' } as never, context)).rejects.toThrow(/leave the pipeline root empty/);
  });
});

describe('the plan of a v1 run', () => {
  it('has a row for every task that is known before it runs', async () => {
    const { run, progress } = await prepareWorkflowRun(submission(), context);
    expect(run).toMatchObject({ id: RUN_ID, pipelineName: 'My_Flow', workflowName: 'my-flow-0123456789', taskCounts: { PENDING: 3 }, parameters: { b: '2' } });
    expect(progress.newTasks?.map(({ path, kind, dependsOn, displayName }) => [path, kind, dependsOn, displayName])).toEqual([
      ['root/first', 'container', [], 'first'],
      ['root/later', 'dag', ['root/first'], 'later'],
      ['root/maybe', 'dag', ['root/first'], 'maybe'],
      ['root/maybe/inner', 'container', [], 'inner'],
      ['root/onExit', 'container', ['root/later', 'root/maybe'], 'Say bye'],
    ]);
  });

  it('says what is not decided yet', async () => {
    expect(await previewWorkflowRun(submission(), context)).toEqual({ tasks: 5, cached: 0, run: 2, undecided: 3 });
  });
});

const WF = 'my-flow-0123456789';
const root: NodeStatus = { id: WF, name: WF, type: 'DAG', templateName: 'main', phase: 'Running' };
const node = (name: string, rest: Partial<NodeStatus> = {}): NodeStatus => ({ id: name, name, displayName: name.split('.').at(-1), type: 'Pod', phase: 'Running', boundaryID: WF, templateName: 'pod', startedAt: '2026-03-02T10:00:01Z' as never, ...rest });

describe('placeNode', () => {
  const place = (given: NodeStatus, ...others: NodeStatus[]) => {
    const nodes = Object.fromEntries([root, given, ...others].map((each) => [each.id, each]));
    return placeNode(given, nodes, { metadata: { name: WF } as never, spec: { entrypoint: 'main' } as never }, new Map());
  };

  it.each([
    ['a task', node(`${WF}.first`), 'root/first', 'root'],
    ['the exit handler', node(`${WF}.onExit`, { boundaryID: undefined }), 'root/onExit', 'root'],
    ['an item of a loop', node(`${WF}.later(1:{"a":"b.c(d)"})`), 'root/later#1', 'root/later'],
    ['an item whose value has lines', node(`${WF}.later(0:a\nb)`), 'root/later#0', 'root/later'],
    ['an attempt', node(`${WF}.first(2)`, { nodeFlag: { retried: true } }), 'root/first', 'root'],
    ['a step', node(`${WF}[3].first`), 'root/first', 'root'],
  ])('finds %s', (_what, given, path, parent) => {
    expect(place(given)).toMatchObject({ path, parent });
  });

  it('finds what is in a group', () => {
    expect(place(node('x', { name: `${WF}.maybe.inner`, boundaryID: `${WF}.maybe` }), node(`${WF}.maybe`, { type: 'DAG' }))).toMatchObject({ path: 'root/maybe/inner', parent: 'root/maybe' });
  });

  it('knows what is no task: the entrypoint and groups of steps', () => {
    expect(place(root)).toBeNull();
    expect(place(node(`${WF}[0]`, { type: 'StepGroup' }))).toBeNull();
  });

  it('gives a Workflow that is one pod a task', () => {
    expect(place({ ...root, type: 'Pod' })).toMatchObject({ path: 'root/main', parent: 'root' });
  });

  it('keeps paths within what can be stored, however deep a template calls itself', () => {
    const chain = Array.from({ length: 60 }, (_, depth) => node(`n${depth}`, { name: [WF, ...Array.from({ length: depth + 1 }, () => 'graph-component-1')].join('.'), type: 'DAG', boundaryID: depth === 0 ? WF : `n${depth - 1}` }));
    const paths = chain.map((each) => place(each, ...chain)?.path ?? '');
    expect(Math.max(...paths.map((path) => path.length))).toBeLessThanOrEqual(620);
    expect(new Set(paths).size).toBe(60);
  });
});

describe('following a v1 run', () => {
  const files: Record<string, string> = { 'k/metrics': JSON.stringify({ metrics: [{ name: 'acc', numberValue: 0.5 }, { name: 'text', numberValue: '2' }, { name: 'bad name', numberValue: 1 }] }) };
  const objects = { read: async (uri: string) => Readable.from([Buffer.from(files[uri] ?? '')]) } as unknown as ObjectStore;
  const warnings: string[] = [];
  const ingesting = { now: NOW, newId: context.newId, objects, artifactUri: ({ bucket, key }: { bucket?: string; key: string }) => (bucket === undefined ? key : `${bucket}:${key}`), log: (_level: 'warn', message: string) => void warnings.push(message) };

  async function following(status: object = {}) {
    const { run, documents, progress } = await prepareWorkflowRun(submission(), context);
    const live = new WorkflowRun(run as Run, submission().pipeline, progress.newTasks ?? [], []);
    const nodes: Record<string, NodeStatus> = { [WF]: root };
    const workflow = { ...(documents.workflow as unknown as Resource<Workflow>), status: { phase: 'Running', nodes, ...status } } as Resource<Workflow>;
    const see = async (...seen: NodeStatus[]) => {
      for (const each of seen) nodes[each.id] = each;
      await ingestWorkflow(live, workflow, new Set(seen.map(({ id }) => id)), ingesting);
    };
    return { live, see };
  }

  it('takes over states, inputs, outputs, metrics and what the container ran', async () => {
    const { live, see } = await following();
    const first = node(`${WF}.first`, { inputs: { parameters: [{ name: 'p', value: 'hello' }], artifacts: [{ name: 'note', raw: { data: 'raw text' } }] } });
    await see(first);
    expect(live.task('root/first')).toMatchObject({ state: 'RUNNING', inputs: { p: 'hello', note: 'raw text' }, execution: { image: 'i', command: ['echo'], args: ['hello', RUN_ID] } });
    await see({ ...first, phase: 'Succeeded', outputs: { parameters: [{ name: 'out', value: '3' }], artifacts: [{ name: 'mlpipeline-metrics', s3: { key: 'k/metrics' } }, { name: 'model', s3: { key: 'k/model' } }] } });
    expect(live.task('root/first')).toMatchObject({ state: 'SUCCEEDED', outputs: { out: '3' } });
    const progress = live.takeProgress(NOW);
    expect(progress?.metrics?.map(({ name, value }) => [name, value])).toEqual([['acc', 0.5], ['text', 2]]);
    expect(progress?.newArtifacts?.map(({ name, uri, schemaTitle, metadata }) => [name, uri, schemaTitle, metadata])).toEqual([
      ['mlpipeline-metrics', 'k/metrics', 'system.Metrics', { acc: 0.5, text: 2 }],
      ['model', 'k/model', 'system.Artifact', {}],
    ]);
    expect(warnings).toEqual(['some metrics of a task were left out']);
  });

  it('sees a node that has ended twice without writing anything twice', async () => {
    const { live, see } = await following();
    const done = node(`${WF}.first`, { phase: 'Succeeded', outputs: { artifacts: [{ name: 'model', s3: { key: 'k/model' } }] } });
    await see(done);
    live.takeProgress(NOW);
    await see(done);
    expect(live.takeProgress(NOW)).toBeUndefined();
  });

  it('links what a task is given to what another left', async () => {
    const { live, see } = await following();
    await see(node(`${WF}.first`, { phase: 'Succeeded', outputs: { artifacts: [{ name: 'model', s3: { key: 'k/model' } }] } }));
    const made = live.takeProgress(NOW)?.newArtifacts?.[0]?.id;
    await see(node(`${WF}.onExit`, { boundaryID: undefined, inputs: { artifacts: [{ name: 'in', s3: { key: 'k/model' } }] } }));
    expect(live.takeProgress(NOW)?.links).toEqual([{ taskId: live.task('root/onExit')!.id, direction: 'INPUT', name: 'in', index: 0, artifactId: made }]);
  });

  it('finds what a cluster keeps in the repository that Argo names', async () => {
    const { live, see } = await following({ artifactRepositoryRef: { artifactRepository: { s3: { bucket: 'mlpipeline' } } } });
    await see(node(`${WF}.first`, { phase: 'Succeeded', outputs: { artifacts: [{ name: 'model', s3: { key: 'k/model' } }, { name: 'other', s3: { bucket: 'own', key: 'x' } }] } }));
    expect(live.takeProgress(NOW)?.newArtifacts?.map(({ uri }) => uri)).toEqual(['mlpipeline:k/model', 'own:x']);
  });

  it('adds the iterations of a loop with what is in them', async () => {
    const { live, see } = await following();
    const item = node(`${WF}.later(1:2)`, { type: 'DAG', templateName: 'loop' });
    await see(node(`${WF}.later`, { type: 'TaskGroup', templateName: 'loop', children: [item.id] }), item, node(`${item.name}.after`, { boundaryID: item.id }));
    expect(live.task('root/later')).toMatchObject({ kind: 'dag', execution: { iterations: 1 } });
    expect(live.task('root/later#1')).toMatchObject({ kind: 'dag', parentPath: 'root/later', taskKey: 'later', displayName: '1' });
    expect(live.task('root/later#1/after')).toMatchObject({ kind: 'container', parentPath: 'root/later#1', dependsOn: ['root/later#1/in-loop'] });
    expect(live.counts).toEqual({ PENDING: 3, RUNNING: 1 });
  });

  it('counts retries as attempts of one task', async () => {
    const { live, see } = await following();
    const attempt = (index: number, phase: string) => node(`${WF}.first(${index})`, { phase, nodeFlag: { retried: true }, outputs: { exitCode: String(index) } });
    await see(node(`${WF}.first`, { type: 'Retry', children: [`${WF}.first(0)`, `${WF}.first(1)`] }), attempt(0, 'Failed'), attempt(1, 'Running'));
    expect(live.task('root/first')).toMatchObject({ state: 'RUNNING', attempts: [{ index: 0, state: 'FAILED', exitCode: 0 }, { index: 1, state: 'RUNNING' }] });
    expect(live.size).toBe(5);
  });

  it('tells of a loop over an empty list that there was nothing to do', async () => {
    const { live, see } = await following();
    await see(node(`${WF}.later`, { type: 'Skipped', phase: 'Skipped', templateName: 'loop', message: 'Skipped, empty params' }));
    expect(live.task('root/later')).toMatchObject({ state: 'SKIPPED', message: 'its list was empty' });
  });

  it('tells why something was not run, and settles what is in it', async () => {
    const { live, see } = await following();
    await see(node(`${WF}.maybe`, { type: 'Skipped', phase: 'Skipped', templateName: 'group', message: "when 'x == y' evaluated false" }));
    expect(live.task('root/maybe')).toMatchObject({ state: 'SKIPPED', message: 'its condition was false: x == y' });
    expect(live.task('root/maybe/inner')).toMatchObject({ state: 'SKIPPED', message: 'maybe was not started' });
  });

  it('settles what was never reached when the Workflow is over', async () => {
    const { live, see } = await following();
    await see(node(`${WF}.first`, { phase: 'Failed', message: 'main: Error (exit code 1): oh no' }));
    settleGroups(live);
    settleOpen(live, live.tasks, 'SKIPPED', NOW);
    expect([...live.tasks].map(({ path, state }) => [path, state])).toEqual([
      ['root/first', 'FAILED'],
      ['root/later', 'SKIPPED'],
      ['root/maybe', 'SKIPPED'],
      ['root/maybe/inner', 'SKIPPED'],
      ['root/onExit', 'SKIPPED'],
    ]);
    expect(live.task('root/first')?.message).toBe('oh no');
  });
});

describe('readRunMetrics', () => {
  const read = (text: string) => readRunMetrics(Readable.from([Buffer.from(text)]));

  it('leaves out what breaks the rules, and says so', async () => {
    const { metrics, problems } = await read(JSON.stringify({ metrics: [{ name: 'a', numberValue: 1 }, { name: '1a', numberValue: 1 }, { name: 'b', numberValue: 'x' }, { name: 'a', numberValue: 2 }, null] }));
    expect(metrics).toEqual([{ name: 'a', value: 1 }]);
    expect(problems).toHaveLength(3);
  });

  it('keeps at most fifty', async () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `m${index}`, numberValue: index }));
    expect((await read(JSON.stringify({ metrics: many }))).metrics).toHaveLength(50);
  });

  it('fails on what is no JSON, or far too large', async () => {
    await expect(read('not json')).rejects.toThrow(/JSON/);
    await expect(read(' '.repeat(2 * 1024 * 1024))).rejects.toThrow(/more than/);
  });
});

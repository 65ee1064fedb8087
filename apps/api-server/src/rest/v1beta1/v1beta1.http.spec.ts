import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, upload } from '../../testing/call.js';
import { HELLO_PIPELINE } from '../../testing/hello-pipeline.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

const V1 = '/apis/v1beta1';
const WORKFLOW = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { generateName: 'flip-', annotations: { 'pipelines.kubeflow.org/pipeline_spec': '{"name":"Flip","description":"a coin"}' } },
  spec: {
    entrypoint: 'main',
    serviceAccountName: 'own-account',
    arguments: { parameters: [{ name: 'coin', value: 'heads' }] },
    templates: [
      { name: 'main', dag: { tasks: [{ name: 'flip', template: 'pod' }] } },
      { name: 'pod', container: { image: 'bash' } },
    ],
  },
};

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const get = async (path: string) => (await call(api.url, 'GET', V1 + path)).json;
const post = (path: string, body?: object) => call(api.url, 'POST', V1 + path, { body });
const uploadWorkflow = async (name: string) => (await upload(api.url, `${V1}/pipelines/upload?name=${encodeURIComponent(name)}`, { content: JSON.stringify(WORKFLOW), fileName: 'flip.json' })).json;
const aRun = async (name: string, rest: object = {}) => (await post('/runs', { name, pipeline_spec: { workflow_manifest: JSON.stringify(WORKFLOW) }, ...rest })).json.run;
const filter = (...predicates: object[]) => `filter=${encodeURIComponent(JSON.stringify({ predicates }))}`;

describe('pipelines of v1beta1', () => {
  it('are uploaded with the description that the SDK noted, and come with their default version', async () => {
    const pipeline = await uploadWorkflow('flip');
    expect(pipeline).toMatchObject({ name: 'flip', description: 'a coin', parameters: [{ name: 'coin', value: 'heads' }], default_version: { name: 'flip', resource_references: [{ key: { type: 'PIPELINE', id: pipeline.id }, relationship: 'OWNER' }] } });
    expect(await get(`/pipelines/${pipeline.id}`)).toEqual(pipeline);
    expect(await get('/namespaces/-/pipelines/flip')).toEqual(pipeline);
    expect(JSON.parse((await get(`/pipelines/${pipeline.id}/templates`)).template)).toEqual(WORKFLOW);
    expect((await get(`/pipelines?${filter({ op: 1, key: 'name', stringValue: 'flip' })}`)).pipelines).toEqual([pipeline]);
  });

  it('show a pipeline of v2 too, with its parameters as texts', async () => {
    const { json } = await upload(api.url, `${V1}/pipelines/upload?name=two`, { content: HELLO_PIPELINE });
    expect(json.parameters.every(({ value }: { value?: unknown }) => value === undefined || typeof value === 'string')).toBe(true);
  });

  it('have versions, of which the newest is the default one and no other can be', async () => {
    const pipeline = await uploadWorkflow('versions');
    const second = (await upload(api.url, `${V1}/pipelines/upload_version?name=second&pipelineid=${pipeline.id}`, { content: JSON.stringify(WORKFLOW), fileName: 'x.json' })).json;
    const { versions } = await get(`/pipeline_versions?resource_key.type=PIPELINE&resource_key.id=${pipeline.id}&sort_by=name`);
    expect(versions.map(({ name }: { name: string }) => name)).toEqual(['second', 'versions']);
    expect(await get(`/pipeline_versions/${second.id}`)).toEqual(second);
    expect((await get(`/pipelines/${pipeline.id}`)).default_version.id).toBe(second.id);
    expect((await post(`/pipelines/${pipeline.id}/default_version/${second.id}`)).status).toBe(200);
    expect(await post(`/pipelines/${pipeline.id}/default_version/${pipeline.default_version.id}`)).toMatchObject({ status: 501 });
    expect((await call(api.url, 'DELETE', `${V1}/pipeline_versions/${second.id}`)).json).toEqual({});
    expect((await call(api.url, 'DELETE', `${V1}/pipelines/${pipeline.id}`)).json).toEqual({});
    expect((await call(api.url, 'GET', `${V1}/pipelines/${pipeline.id}`)).status).toBe(404);
  });

  it('are refused by name from a URL, without their pipeline, and as a broken Workflow', async () => {
    expect(await post('/pipelines', { name: 'x', url: { pipeline_url: 'https://x' } })).toMatchObject({ status: 501 });
    expect(await post('/pipeline_versions', { name: 'x', package_url: { pipeline_url: 'https://x' } })).toMatchObject({ status: 501 });
    expect((await call(api.url, 'GET', `${V1}/pipeline_versions`)).status).toBe(400);
    const broken = await upload(api.url, `${V1}/pipelines/upload?name=broken`, { content: JSON.stringify({ ...WORKFLOW, spec: { ...WORKFLOW.spec, entrypoint: 'mian' } }), fileName: 'x.json' });
    expect(broken).toMatchObject({ status: 400, json: { error_message: expect.stringContaining('Did you mean "main"?') } });
  });
});

describe('runs of v1beta1', () => {
  it('are made of a manifest, with what belongs to them', async () => {
    const experiment = (await post('/experiments', { name: 'mine', description: 'd' })).json;
    expect(experiment).toMatchObject({ name: 'mine', storage_state: 'STORAGESTATE_AVAILABLE' });
    const run = await aRun('of a manifest', { resource_references: [{ key: { type: 'EXPERIMENT', id: experiment.id }, relationship: 'OWNER' }] });
    expect(run).toMatchObject({ status: 'Pending', service_account: 'own-account', resource_references: [{ key: { type: 'EXPERIMENT', id: experiment.id }, name: 'mine', relationship: 'OWNER' }], finished_at: '1970-01-01T00:00:00Z' });
    expect(run).not.toHaveProperty('storage_state');
    expect(JSON.parse(run.pipeline_spec.workflow_manifest)).toEqual(WORKFLOW);
    await api.runs.finish(run.id, 'FAILED', 'because');
    const detail = await get(`/runs/${run.id}`);
    expect(detail.run).toMatchObject({ status: 'Failed', error: 'because' });
    expect(JSON.parse(detail.pipeline_runtime.workflow_manifest).status).toMatchObject({ phase: 'Failed', message: 'because', nodes: expect.any(Object) });
  });

  it('are made of a version, with parameters', async () => {
    const { id, default_version: version } = await uploadWorkflow('of a version');
    const references = [{ key: { type: 'PIPELINE_VERSION', id: version.id }, relationship: 'CREATOR' }];
    const { json } = await post('/runs', { name: 'v', pipeline_spec: { pipeline_id: id, parameters: [{ name: 'coin', value: 'tails' }] }, resource_references: references });
    expect(json.run.pipeline_spec).toMatchObject({ pipeline_id: id, pipeline_name: 'of a version', parameters: [{ name: 'coin', value: 'tails' }] });
    expect(json.run.resource_references.at(-1)).toMatchObject({ key: { type: 'PIPELINE_VERSION', id: version.id }, name: 'of a version', relationship: 'CREATOR' });
  });

  it('are the runs of v2beta1, which may have been made by either', async () => {
    const run = await aRun('both');
    const { json } = await call(api.url, 'GET', `/apis/v2beta1/runs/${run.id}`);
    expect(json).toMatchObject({ display_name: 'both', state: 'PENDING', pipeline_spec: { kind: 'Workflow' } });
    const made = await call(api.url, 'POST', '/apis/v2beta1/runs', { body: { display_name: 'by v2', pipeline_spec: WORKFLOW } });
    expect((await get(`/runs/${made.json.run_id}`)).run).toMatchObject({ name: 'by v2', status: 'Pending' });
  });

  it('are listed by experiment, state, pages and order', async () => {
    const experiment = (await post('/experiments', { name: 'lists' })).json;
    const owner = { resource_references: [{ key: { type: 'EXPERIMENT', id: experiment.id }, relationship: 'OWNER' }] };
    const runs = [await aRun('a', owner), await aRun('b', owner), await aRun('c', owner)];
    await api.runs.finish(runs[0].id, 'SUCCEEDED');
    await post(`/runs/${runs[1].id}/terminate`);
    await post(`/runs/${runs[2].id}:archive`);
    const names = async (query: string) => ((await get(`/runs?resource_reference_key.type=EXPERIMENT&resource_reference_key.id=${experiment.id}&${query}`)).runs ?? []).map(({ name }: { name: string }) => name);
    expect(await names('sort_by=name%20desc')).toEqual(['c', 'b', 'a']);
    expect(await names(filter({ op: 'EQUALS', key: 'status', string_value: 'Failed' }))).toEqual(['b']);
    expect(await names(filter({ op: 'NOT_EQUALS', key: 'status', string_value: 'Failed' }))).toEqual(['a', 'c']);
    expect(await names(filter({ op: 1, key: 'storage_state', string_value: 'STORAGESTATE_ARCHIVED' }))).toEqual(['c']);
    expect(await names(filter({ op: 'IN', key: 'status', string_values: { values: ['Succeeded', 'Pending'] } }))).toEqual(['a', 'c']);
    const first = await get(`/runs?resource_reference_key.type=EXPERIMENT&resource_reference_key.id=${experiment.id}&page_size=2&sort_by=name`);
    expect(first).toMatchObject({ total_size: 3, runs: [{ name: 'a' }, { name: 'b' }] });
    expect(await names(`page_size=2&sort_by=name&page_token=${encodeURIComponent(first.next_page_token)}`)).toEqual(['c']);
    expect(await call(api.url, 'GET', `${V1}/runs?resource_reference_key.type=PIPELINE&resource_reference_key.id=x`)).toMatchObject({ status: 400 });
    expect(await call(api.url, 'GET', `${V1}/runs?${filter({ op: 'EQUALS', key: 'nothing', string_value: 'x' })}`)).toMatchObject({ status: 400 });
    expect(await call(api.url, 'GET', `${V1}/runs?filter=nonsense`)).toMatchObject({ status: 400, json: { message: expect.stringContaining('"op"') } });
  });

  it('are archived, restored and deleted', async () => {
    const run = await aRun('to be deleted');
    await post(`/runs/${run.id}:archive`);
    expect((await get(`/runs/${run.id}`)).run.storage_state).toBe('STORAGESTATE_ARCHIVED');
    await post(`/runs/${run.id}:unarchive`);
    expect((await get(`/runs/${run.id}`)).run).not.toHaveProperty('storage_state');
    expect((await call(api.url, 'DELETE', `${V1}/runs/${run.id}`)).json).toEqual({});
    expect(await call(api.url, 'GET', `${V1}/runs/${run.id}`)).toMatchObject({ status: 404, json: { code: 5, message: `ResourceNotFoundError: Run ${run.id} not found`, details: expect.arrayContaining([expect.objectContaining({ code: 5 })]) } });
  });

  it('take metrics, each with its own answer', async () => {
    const run = await aRun('metrics');
    const metric = { name: 'acc', node_id: 'root/flip', number_value: 0.5, format: 'PERCENTAGE' };
    const { json } = await post(`/runs/${run.id}:reportMetrics`, { metrics: [metric, metric, { ...metric, name: '-' }, { ...metric, node_id: 'none' }, { name: 'x', node_id: 'root/flip' }] });
    expect(json.results.map(({ status }: { status: string }) => status)).toEqual(['OK', 'DUPLICATE_REPORTING', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
    expect((await get(`/runs/${run.id}`)).run.metrics).toEqual([{ name: 'acc', node_id: expect.any(String), number_value: 0.5, format: 'RAW' }]);
    expect((await post('/runs/none:reportMetrics', { metrics: [metric] })).status).toBe(404);
  });

  it('are refused by name: without a pipeline, with an unknown field, with a manifest that is none; and retries', async () => {
    expect(await post('/runs', { name: 'x' })).toMatchObject({ status: 400, json: { message: expect.stringContaining('workflow_manifest') } });
    expect(await post('/runs', { name: 'x', nonsense: 1 })).toMatchObject({ status: 400, json: { message: expect.stringContaining('unknown field "nonsense"') } });
    expect(await post('/runs', { name: 'x', pipeline_spec: { workflow_manifest: '{' } })).toMatchObject({ status: 400 });
    expect(await post('/runs', { name: 'x', pipeline_spec: { pipeline_id: 'none' } })).toMatchObject({ status: 500 });
    expect(await post('/runs/x/retry')).toMatchObject({ status: 404 });
  });
});

describe('jobs of v1beta1', () => {
  it('are the recurring runs of v2beta1', async () => {
    const { id } = await uploadWorkflow('of a job');
    const trigger = { cron_schedule: { cron: '0 0 3 * * *' } };
    const { json: job } = await post('/jobs', { name: 'nightly', pipeline_spec: { pipeline_id: id, parameters: [{ name: 'coin', value: 'tails' }] }, max_concurrency: 2, trigger, enabled: true });
    expect(job).toMatchObject({ name: 'nightly', mode: 'ENABLED', enabled: true, status: 'Enabled', max_concurrency: '2', trigger, pipeline_spec: { pipeline_id: id, parameters: [{ name: 'coin', value: 'tails' }] } });
    expect((await get('/jobs')).jobs.map(({ name }: { name: string }) => name)).toEqual(['nightly']);
    await post(`/jobs/${job.id}/disable`);
    expect(await get(`/jobs/${job.id}`)).toMatchObject({ mode: 'DISABLED', status: 'Disabled' });
    expect((await call(api.url, 'GET', `/apis/v2beta1/recurringruns/${job.id}`)).json).toMatchObject({ display_name: 'nightly', status: 'DISABLED' });
    await post(`/jobs/${job.id}/enable`);
    expect(await get(`/jobs/${job.id}`)).toMatchObject({ enabled: true });
    expect((await call(api.url, 'DELETE', `${V1}/jobs/${job.id}`)).json).toEqual({});
    expect((await call(api.url, 'GET', `${V1}/jobs/${job.id}`)).status).toBe(404);
  });
});

describe('the health of v1beta1', () => {
  it('says whether there are several users, and nothing of stores', async () => {
    expect(await get('/healthz')).toEqual({ commit_sha: '', tag_name: '1.2.3', multi_user: false });
  });
});

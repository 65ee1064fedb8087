import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPipeline, aRun, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let pipelineId: string;
let versionId: string;
beforeAll(async () => {
  api = await startApi();
  ({ pipelineId, versionId } = await aPipeline(api, 'hello'));
});
afterAll(() => api.close());

const runs = '/apis/v2beta1/runs';
const create = (body: unknown) => call(api.url, 'POST', runs, { body });
const parameters = { a: 1 };

describe('POST /apis/v2beta1/runs', () => {
  it('takes the latest version of a pipeline and says which it is', async () => {
    const { json } = await create({ display_name: 'r', pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters } });
    expect(json.pipeline_version_reference).toEqual({ pipeline_id: pipelineId, pipeline_version_id: versionId });
    expect(json).not.toHaveProperty('pipeline_spec');
  });

  it('shows every time, unset ones as the epoch, and leaves out what is zero', async () => {
    const { json } = await create({ displayName: 'r', pipelineVersionReference: { pipelineId }, runtimeConfig: { parameters } });
    expect(json).toMatchObject({ state: 'PENDING', storage_state: 'AVAILABLE', finished_at: '1970-01-01T00:00:00Z', service_account: 'pipeline-runner' });
    expect(json.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(json.scheduled_at).toBe(json.created_at);
    for (const absent of ['description', 'error', 'run_details', 'recurring_run_id', 'namespace']) expect(json).not.toHaveProperty(absent);
  });

  it('gives an inline pipeline back as it came, and a run without parameters no runtime_config', async () => {
    const { json: version } = await call(api.url, 'GET', `/apis/v2beta1/pipelines/x/versions/${versionId}`);
    const spec = structuredClone(version.pipeline_spec);
    spec.root.inputDefinitions.parameters.a.defaultValue = 5;
    const { json } = await create({ display_name: 'inline', pipeline_spec: spec });
    expect(json.pipeline_spec).toEqual(spec);
    expect(json).not.toHaveProperty('runtime_config');
    expect((await call(api.url, 'GET', `${runs}/${json.run_id}`)).json.pipeline_spec).toEqual(spec);
  });

  it('belongs to the default experiment unless told otherwise', async () => {
    const { json: experiments } = await call(api.url, 'GET', '/apis/v2beta1/experiments');
    const { json: other } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: 'other' } });
    const source = { display_name: 'r', pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters } };
    expect((await create(source)).json.experiment_id).toBe(experiments.experiments[0].experiment_id);
    expect((await create({ ...source, experiment_id: other.experiment_id })).json.experiment_id).toBe(other.experiment_id);
    expect((await call(api.url, 'POST', `${runs}?experiment_id=${other.experiment_id}`, { body: source })).json.experiment_id).toBe(other.experiment_id);
  });

  it('names every parameter that is wrong in one answer', async () => {
    const { status, json } = await create({ display_name: 'r', pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters: { a: 'x', greeting: 3, more: 1 } } });
    expect(status).toBe(400);
    for (const name of ['"a"', '"greeting"', 'more']) expect(json.details[0].message).toContain(name);
  });

  it.each([
    ['an unknown version', 500, { pipeline_version_reference: { pipeline_id: 'p', pipeline_version_id: 'v' } }],
    ['an unknown pipeline', 500, { pipeline_version_reference: { pipeline_id: 'p' } }],
    ['an empty name', 500, { display_name: '' }],
    ['no pipeline', 400, { pipeline_version_reference: undefined }],
    ['two pipelines', 400, { pipeline_spec: {} }],
    ['a spec that is none', 400, { pipeline_version_reference: undefined, pipeline_spec: { a: 1 } }],
    ['an unknown experiment', 500, { experiment_id: 'nowhere' }],
    ['plugins', 501, { plugins_input: { mlflow: {} } }],
    ['outputs of plugins', 409, { plugins_output: { mlflow: {} } }],
    ['parameters that are no object', 400, { runtime_config: { parameters: [1] } }],
  ])('refuses %s with %d', async (_what, status, change) => {
    const body = { display_name: 'r', pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters }, ...change };
    expect((await create(body)).status).toBe(status);
  });

  it('refuses a version of another pipeline', async () => {
    const { json } = await create({ display_name: 'r', pipeline_version_reference: { pipeline_id: 'q', pipeline_version_id: versionId } });
    expect(json.message).toContain(`Pipeline version ${versionId} belongs to pipeline ${pipelineId} (not q)`);
  });

  it.each([['{', 400], ['"text"', 400], ['[]', 400], ['{"__proto__":{"x":1}}', 400], ['{"display_name":1}', 400], [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 400]])('refuses the body %.20s', async (body, status) => {
    expect((await create(body)).status).toBe(status);
    expect(api.errors).toEqual([]);
  });
});

describe('a run', () => {
  const empty = { 'content-type': 'application/json' };

  it('is archived, restored and deleted by requests with a JSON content type and no body', async () => {
    const id = await aRun(api, { pipelineId });
    expect((await call(api.url, 'POST', `${runs}/${id}:archive`, { headers: empty })).json).toEqual({});
    expect((await call(api.url, 'GET', `${runs}/${id}`)).json.storage_state).toBe('ARCHIVED');
    expect((await call(api.url, 'POST', `${runs}/${id}:unarchive`, { headers: { ...empty, 'content-length': '0' } })).json).toEqual({});
    expect((await call(api.url, 'DELETE', `${runs}/${id}`, { headers: empty })).json).toEqual({});
    expect((await call(api.url, 'GET', `${runs}/${id}`)).status).toBe(404);
    expect((await call(api.url, 'DELETE', `${runs}/${id}`)).status).toBe(404);
  });

  it('that was terminated shows as FAILED with the reason, and cannot be terminated again', async () => {
    const id = await aRun(api, { pipelineId });
    await call(api.url, 'POST', `${runs}/${id}:terminate`);
    const { json } = await call(api.url, 'GET', `${runs}/${id}`);
    expect(json).toMatchObject({ state: 'FAILED', error: { code: 1, message: 'The run was terminated.' } });
    expect(json.state_history.map(({ state }: { state: string }) => state)).toEqual(['PENDING', 'FAILED']);
    const again = await call(api.url, 'POST', `${runs}/${id}:terminate`);
    expect([again.status, again.json.code]).toEqual([400, 9]);
  });

  it('that was terminated is found by the state that it shows', async () => {
    const id = await aRun(api, { pipelineId, displayName: 'stopped' });
    await call(api.url, 'POST', `${runs}/${id}:terminate`);
    const found = async (predicate: unknown) => {
      const filter = encodeURIComponent(JSON.stringify({ predicates: [predicate, { operation: 'EQUALS', key: 'name', string_value: 'stopped' }] }));
      return (await call(api.url, 'GET', `${runs}?filter=${filter}`)).json.total_size ?? 0;
    };
    expect(await found({ operation: 'EQUALS', key: 'state', string_value: 'FAILED' })).toBe(1);
    expect(await found({ operation: 'IN', key: 'state', string_values: { values: ['FAILED', 'RUNNING'] } })).toBe(1);
    expect(await found({ operation: 'NOT_EQUALS', key: 'state', string_value: 'FAILED' })).toBe(0);
    expect(await found({ operation: 'EQUALS', key: 'state', string_value: 'SUCCEEDED' })).toBe(0);
  });

  it('tells of its tasks when it is asked for, and not in a list', async () => {
    const id = await aRun(api, { pipelineId });
    await api.runs.finish(id, 'FAILED', 'Task "hello" failed: exit code 1');
    const { json } = await call(api.url, 'GET', `${runs}/${id}`);
    expect(json.error.message).toBe('Task "hello" failed: exit code 1');
    expect(json.run_details.task_details).toMatchObject([{ display_name: 'hello', state: 'FAILED', run_id: id }]);
    const list = await call(api.url, 'GET', `${runs}?page_size=1&sort_by=created_at%20desc`);
    expect(list.json.runs[0]).not.toHaveProperty('run_details');
  });

  it('cannot be restored while its experiment is archived', async () => {
    const { json: experiment } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: 'closed' } });
    const { json: run } = await create({ display_name: 'r', experiment_id: experiment.experiment_id, pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters } });
    await call(api.url, 'POST', `/apis/v2beta1/experiments/${experiment.experiment_id}:archive`);
    const refused = await call(api.url, 'POST', `${runs}/${run.run_id}:unarchive`);
    expect(refused.status).toBe(400);
    expect(refused.json.message).toContain('must be un-archived first');
  });

  it('goes on when it is retried, and its history with it', async () => {
    const id = await aRun(api, { pipelineId });
    await api.runs.finish(id, 'FAILED', 'Task "hello" failed: exit code 1');
    expect(await call(api.url, 'POST', `${runs}/${id}:retry`)).toMatchObject({ status: 200, json: {} });
    const { json } = await call(api.url, 'GET', `${runs}/${id}`);
    expect(json.state).toBe('RUNNING');
    expect(json).not.toHaveProperty('error');
    expect(json.state_history.map(({ state }: { state: string }) => state)).toEqual(['PENDING', 'RUNNING', 'FAILED', 'RUNNING']);
  });

  it('is not retried while it runs, nor after a success; an unknown one is not found', async () => {
    const id = await aRun(api, { pipelineId });
    expect(await call(api.url, 'POST', `${runs}/${id}:retry`)).toMatchObject({ status: 500, json: { code: 13, message: expect.stringContaining('does not allow retries') } });
    await api.runs.finish(id, 'SUCCEEDED');
    expect(await call(api.url, 'POST', `${runs}/${id}:retry`)).toMatchObject({ status: 500, json: { code: 13 } });
    expect(await call(api.url, 'POST', `${runs}/none:retry`)).toMatchObject({ status: 404, json: { code: 5 } });
  });
});

describe('an address that nothing serves', () => {
  it('is not found, and a wrong method is told from it', async () => {
    expect(await call(api.url, 'GET', '/apis/v2beta1/nothing')).toMatchObject({ status: 404, json: { code: 5, message: 'Not Found' } });
    expect(await call(api.url, 'PUT', runs)).toMatchObject({ status: 405, json: { code: 12, message: 'Method Not Allowed' }, headers: { allow: 'POST, GET, HEAD' } });
    expect(await call(api.url, 'GET', '/apis/v2beta1/auth')).toMatchObject({ status: 404 });
    expect(await call(api.url, 'GET', '/apis/v2beta1/%zz')).toMatchObject({ status: 400, json: { code: 3 } });
  });

  it('HEAD answers as GET does, without the body', async () => {
    const head = await call(api.url, 'HEAD', runs);
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

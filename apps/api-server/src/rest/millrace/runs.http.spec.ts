import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millrace } from '@millrace/api-contract';
import { aPipeline, aRun, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let pipelineId: string;
let versionId: string;
const runs: Record<string, string> = {};
beforeAll(async () => {
  api = await startApi({ version: '9.9.9', dataFolder: '/data', warnings: ['careful'] });
  ({ pipelineId, versionId } = await aPipeline(api, 'named'));
  for (const displayName of ['waiting', 'good', 'bad', 'archived']) runs[displayName] = await aRun(api, { pipelineId, displayName });
  await api.runs.finish(runs['good']!, 'SUCCEEDED');
  await api.runs.finish(runs['bad']!, 'FAILED', 'Task "hello" failed: exit code 1');
  await call(api.url, 'POST', `/apis/v2beta1/runs/${runs['archived']}:archive`);
});
afterAll(() => api.close());

const get = (path: string) => call(api.url, 'GET', `/apis/millrace/v1${path}`);
const names = (answer: { json: { runs: { name: string }[] } }) => answer.json.runs.map(({ name }) => name);

describe('GET /apis/millrace/v1/runs', () => {
  it('shows the newest first with the names of what they belong to, and no archived ones', async () => {
    const answer = await get('/runs');
    const list = millrace.runList.parse(answer.json);
    expect(list.runs.map(({ name }) => name)).toEqual(['bad', 'good', 'waiting']);
    expect(list.runs[0]).toMatchObject({ state: 'FAILED', error: 'Task "hello" failed: exit code 1', task_counts: { FAILED: 1 }, experiment: { name: 'Default' }, pipeline: { id: pipelineId, name: 'named' }, version: { id: versionId, name: 'named' } });
    expect(list.total_size).toBe(3);
  });

  it('finds by state, text and archive', async () => {
    expect(names(await get('/runs?states=SUCCEEDED,FAILED'))).toEqual(['bad', 'good']);
    expect(names(await get('/runs?q=ai'))).toEqual(['waiting']);
    expect(names(await get('/runs?archived=true'))).toEqual(['archived']);
    expect(names(await get('/runs?experiment_id=nowhere'))).toEqual([]);
    expect((await get('/runs?states=LOST')).status).toBe(400);
  });

  it('goes on with its short forms beside the token', async () => {
    const first = await get('/runs?page_size=1&states=SUCCEEDED,FAILED');
    const second = await get(`/runs?page_size=1&states=SUCCEEDED,FAILED&page_token=${encodeURIComponent(first.json.next_page_token)}`);
    expect([...names(first), ...names(second)]).toEqual(['bad', 'good']);
    expect(second.json.next_page_token).toBeUndefined();
  });
});

describe('GET /apis/millrace/v1/runs/{id}', () => {
  it('has everything that the page opens with', async () => {
    const detail = millrace.runDetail.parse((await get(`/runs/${runs['bad']}`)).json);
    expect(detail).toMatchObject({ run: { name: 'bad', experiment: { name: 'Default' } }, parameters: { a: 1 }, artifact_count: 0, tasks: [{ path: 'root/hello', state: 'FAILED', facts: [] }] });
    expect((detail.pipeline_spec as { pipelineInfo: unknown }).pipelineInfo).toEqual({ name: 'hello' });
  });

  it('shows metrics, else outputs, as the facts of a task', async () => {
    const [task] = await api.database.tasks.list(runs['good']!);
    const record = (progress: object) => api.database.runs.record({ runId: runs['good']!, at: new Date(), ...progress });
    await record({ tasks: [{ path: task!.path, outputs: { Output: 'x'.repeat(500), other: { a: [1] } } }] });
    const facts = async () => (await get(`/runs/${runs['good']}`)).json.tasks[0].facts;
    expect(await facts()).toEqual([
      { name: 'Output', value: `${'x'.repeat(79)}…` },
      { name: 'other', value: '{"a":[1]}' },
    ]);
    await record({ metrics: [{ taskId: task!.id, name: 'accuracy', value: 0.97 }] });
    expect(await facts()).toEqual([{ name: 'accuracy', value: '0.97' }]);
    expect(millrace.taskDetail.parse((await get(`/runs/${runs['good']}/tasks/${task!.id}`)).json)).toMatchObject({ metrics: [{ name: 'accuracy', value: 0.97 }], output_parameters: { other: { a: [1] } } });
  });

  it('of what is not there is not found', async () => {
    for (const path of ['/runs/x', '/runs/x/artifacts', '/runs/x/tasks/y', '/runs/x/tasks/y/logs', '/runs/x/tasks/y/logs/stream', '/artifacts/x', '/artifacts/x/entries']) {
      expect({ path, status: (await get(path)).status }).toEqual({ path, status: 404 });
    }
    expect(api.errors).toEqual([]);
  });
});

describe('POST /apis/millrace/v1/runs:preview', () => {
  const preview = (body: unknown) => call(api.url, 'POST', '/apis/millrace/v1/runs:preview', { body });

  it('says what would run, and stores nothing', async () => {
    const before = (await get('/runs')).json.total_size;
    const { json } = await preview({ pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters: { a: 1 } } });
    expect(json).toEqual({ tasks: 1, cached: 0, run: 1, undecided: 0, problems: [] });
    expect((await get('/runs')).json.total_size).toBe(before);
  });

  it('answers what is wrong by path', async () => {
    const { status, json } = await preview({ pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters: { a: 'x', more: 1 } } });
    expect(status).toBe(200);
    expect(millrace.runPreview.parse(json).problems.map(({ path }) => path)).toHaveLength(2);
    expect((await preview({ pipeline_spec: { root: {} } })).json.problems.length).toBeGreaterThan(0);
  });
});

describe('the server', () => {
  it('tells what it is', async () => {
    expect(millrace.serverInfo.parse((await get('/server')).json)).toEqual({ version: '9.9.9', base_url: api.url, data_folder: '/data', substrate: 'embedded', time_zone: 'UTC', warnings: ['careful'] });
  });

  it('describes both of its APIs', async () => {
    expect((await get('/openapi.json')).json.openapi).toBe('3.1.0');
    expect((await call(api.url, 'GET', '/apis/v2beta1/openapi.json')).json.info.version).toBe('9.9.9');
  });

  it('says how to get pages when there are none', async () => {
    const { status, text, headers } = await call(api.url, 'GET', '/');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toContain('npm run build');
  });

  it('closes while streams are open', async () => {
    const other = await startApi();
    const stream = await fetch(`${other.url}/apis/millrace/v1/events`);
    await stream.body!.getReader().read();
    const started = performance.now();
    await other.close();
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

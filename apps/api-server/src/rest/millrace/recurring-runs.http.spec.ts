import { millrace } from '@millrace/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPipeline, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let pipelineId: string;
beforeAll(async () => {
  api = await startApi({ timeZone: 'Europe/Berlin' });
  ({ pipelineId } = await aPipeline(api, 'hello'));
  await api.schedules.start();
});
afterAll(() => api.close());

const create = async (given: object = {}): Promise<string> => {
  const body = {
    display_name: 'nightly', pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters: { a: 1 } }, max_concurrency: 1, mode: 'ENABLE',
    trigger: { cron_schedule: { cron: '0 0 9 * * *', end_time: '2100-01-01T00:00:00Z' } }, ...given,
  };
  return (await call(api.url, 'POST', '/apis/v2beta1/recurringruns', { body })).json.recurring_run_id;
};
const list = async (query = '') => millrace.recurringRunList.parse((await call(api.url, 'GET', `/apis/millrace/v1/recurring-runs?${query}`)).json);
const get = async (id: string) => millrace.recurringRunDetail.parse((await call(api.url, 'GET', `/apis/millrace/v1/recurring-runs/${id}`)).json);

describe('GET /apis/millrace/v1/recurring-runs', () => {
  it('gives the names that a list shows, the trigger and the latest runs', async () => {
    const id = await create({ display_name: 'once', trigger: undefined });
    await expect.poll(async () => (await get(id)).recurring_run.latest_runs.map(({ name }) => name)).toEqual(['once #1']);
    const [row] = (await list('q=once')).recurring_runs;
    expect(row).toMatchObject({ id, name: 'once', enabled: true, trigger: { kind: 'once' }, experiment: { name: 'Default' }, pipeline: { id: pipelineId, name: 'hello' }, max_concurrency: 1 });
    expect(row!.version).toBeUndefined();
  });

  it('filters by part of the name, by experiment and by whether it is enabled', async () => {
    const { json: experiment } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: 'e' } });
    await create({ display_name: 'on', experiment_id: experiment.experiment_id });
    await create({ display_name: 'off', experiment_id: experiment.experiment_id, mode: 'DISABLE' });
    const names = async (query: string) => (await list(`experiment_id=${experiment.experiment_id}&${query}`)).recurring_runs.map(({ name }) => name);
    expect(await names('')).toEqual(['off', 'on']);
    expect(await names('enabled=true')).toEqual(['on']);
    expect(await names('enabled=false')).toEqual(['off']);
    expect(await names('q=f')).toEqual(['off']);
  });
});

describe('GET /apis/millrace/v1/recurring-runs/{id}', () => {
  it('gives the next times by the clocks of the time zone, its parameters and its spec', async () => {
    const detail = await get(await create({ runtime_config: { parameters: { a: 2, greeting: '[[Index]]' } } }));
    expect(detail.recurring_run.trigger).toEqual({ kind: 'cron', cron: '0 0 9 * * *', time_zone: 'Europe/Berlin', end_at: '2100-01-01T00:00:00Z' });
    expect(detail.next_times).toHaveLength(5);
    const inBerlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'medium' });
    expect(new Set(detail.next_times.map((time) => inBerlin.format(new Date(time))))).toEqual(new Set(['09:00:00']));
    expect(detail.parameters).toEqual({ a: 2, greeting: '[[Index]]' });
    expect(detail.pipeline_spec).toMatchObject({ pipelineInfo: { name: 'hello' } });
    const zoned = await get(await create({ trigger: { cron_schedule: { cron: 'TZ=Asia/Shanghai 0 0 9 * * *' } } }));
    expect(zoned.recurring_run.trigger).toMatchObject({ time_zone: 'Asia/Shanghai' });
  });

  it('is there without its pipeline, and is not found when it is none', async () => {
    const { pipelineId: other } = await aPipeline(api, 'gone');
    const id = await create({ pipeline_version_reference: { pipeline_id: other } });
    await call(api.url, 'DELETE', `/apis/v2beta1/pipelines/${other}?cascade=true`);
    const detail = await get(id);
    expect(detail.pipeline_spec).toBeUndefined();
    expect(detail.recurring_run.pipeline).toEqual({ id: other, name: '' });
    expect((await call(api.url, 'GET', '/apis/millrace/v1/recurring-runs/nobody')).status).toBe(404);
  });
});

describe('a run of a schedule', () => {
  it('names its recurring run, and lists find it by that', async () => {
    const id = await create({ display_name: 'named', trigger: undefined });
    const runs = async () => millrace.runList.parse((await call(api.url, 'GET', `/apis/millrace/v1/runs?recurring_run_id=${id}`)).json).runs;
    await expect.poll(async () => (await runs()).length).toBe(1);
    expect((await runs())[0]).toMatchObject({ name: 'named #1', recurring_run: { id, name: 'named' } });
    await call(api.url, 'DELETE', `/apis/v2beta1/recurringruns/${id}?propagation_policy=ORPHAN`);
    expect((await runs())[0]).toMatchObject({ recurring_run: { id, name: '' } });
  });
});

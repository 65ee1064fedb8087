import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPipeline, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let pipelineId: string;
let versionId: string;
beforeAll(async () => {
  api = await startApi();
  ({ pipelineId, versionId } = await aPipeline(api, 'hello'));
});
afterAll(() => api.close());

const path = '/apis/v2beta1/recurringruns';
const daily = { cron_schedule: { cron: '0 0 3 * * *' } };
const wire = (given: object = {}) => ({
  display_name: 'nightly',
  pipeline_version_reference: { pipeline_id: pipelineId },
  runtime_config: { parameters: { a: 1 } },
  max_concurrency: '1',
  trigger: daily,
  mode: 'ENABLE',
  ...given,
});
const create = (given: object = {}) => call(api.url, 'POST', path, { body: wire(given) });
const get = (id: string) => call(api.url, 'GET', `${path}/${id}`);
const filterOf = (...predicates: object[]) => encodeURIComponent(JSON.stringify({ predicates }));

describe('POST /apis/v2beta1/recurringruns', () => {
  it('gives back what it was given, with what the server adds', async () => {
    const { status, json } = await create({ description: 'every night', no_catchup: true, max_concurrency: 3, pipeline_version_reference: { pipeline_id: pipelineId, pipeline_version_id: versionId } });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      display_name: 'nightly',
      description: 'every night',
      pipeline_version_reference: { pipeline_id: pipelineId, pipeline_version_id: versionId },
      runtime_config: { parameters: { a: 1 } },
      max_concurrency: '3',
      trigger: { cron_schedule: { cron: '0 0 3 * * *' } },
      mode: 'ENABLE',
      status: 'ENABLED',
      no_catchup: true,
      namespace: 'kubeflow',
      service_account: 'pipeline-runner',
    });
    expect(json.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(json.updated_at).toBe(json.created_at);
    expect((await get(json.recurring_run_id)).json).toEqual(json);
  });

  it('keeps a pipeline without a version open, and a spec of its own as it came', async () => {
    expect((await create()).json.pipeline_version_reference).toEqual({ pipeline_id: pipelineId });
    const { json: version } = await call(api.url, 'GET', `/apis/v2beta1/pipelines/x/versions/${versionId}`);
    const { json } = await create({ pipeline_version_reference: undefined, pipeline_spec: version.pipeline_spec });
    expect(json.pipeline_spec).toEqual(version.pipeline_spec);
    expect((await get(json.recurring_run_id)).json.pipeline_spec).toEqual(version.pipeline_spec);
    expect(json).not.toHaveProperty('pipeline_version_reference');
  });

  it('takes names and numbers in the forms that clients send', async () => {
    const { json } = await call(api.url, 'POST', path, {
      body: { displayName: 'c', pipelineVersionReference: { pipelineId }, runtimeConfig: { parameters: { a: 1 } }, maxConcurrency: 2, trigger: { periodicSchedule: { intervalSecond: '60', startTime: '2099-01-01T00:00:00.5+08:00' } }, mode: 1 },
    });
    expect(json).toMatchObject({ max_concurrency: '2', mode: 'ENABLE', trigger: { periodic_schedule: { interval_second: '60', start_time: '2098-12-31T16:00:00Z' } } });
  });

  it('is disabled unless it is said to be enabled', async () => {
    expect((await create({ mode: undefined })).json).toMatchObject({ mode: 'DISABLE', status: 'DISABLED' });
    expect((await create({ mode: 'MODE_UNSPECIFIED' })).json).toMatchObject({ mode: 'DISABLE' });
  });

  it('without a trigger runs once, and without an experiment in the default one', async () => {
    const { json } = await create({ trigger: undefined });
    expect(json).not.toHaveProperty('trigger');
    const { json: experiment } = await call(api.url, 'GET', `/apis/v2beta1/experiments/${json.experiment_id}`);
    expect(experiment.display_name).toBe('Default');
  });

  it.each<[string, object, RegExp]>([
    ['a bad cron, naming its field', { trigger: { cron_schedule: { cron: '0 99 * * * *' } } }, /Schedule cron is not a supported format: "0 99 \* \* \* \*": minutes \(field 2\) has "99"/],
    ['an interval of nothing', { trigger: { periodic_schedule: { interval_second: 0 } } }, /interval_second of a periodic_schedule is 0/],
    ['two kinds of trigger', { trigger: { ...daily, periodic_schedule: { interval_second: 1 } } }, /not both/],
    ['an end before the start', { trigger: { cron_schedule: { cron: '@daily', start_time: '2030-01-02T00:00:00Z', end_time: '2030-01-01T00:00:00Z' } } }, /end_time 2030-01-01T00:00:00Z of the trigger is not after its start_time/],
    ['no runs at once', { max_concurrency: 0 }, /max_concurrency of a recurring run must be in \[1, 10\]; it is 0/],
    ['eleven runs at once', { max_concurrency: 11 }, /it is 11/],
    ['no max_concurrency', { max_concurrency: undefined }, /it is 0/],
    ['no name', { display_name: '' }, /RecurringRun\.DisplayName must not be empty/],
    ['no pipeline', { pipeline_version_reference: undefined }, /needs one of pipeline_spec and pipeline_version_reference/],
    ['a parameter of the wrong type', { runtime_config: { parameters: { a: 'x' } } }, /"?a"?/],
    ['a parameter that is missing', { runtime_config: {} }, /a/],
    ['plugins', { plugins_input: { mlflow: {} } }, /plugins/],
  ])('refuses %s', async (_what, given, message) => {
    const { status, json } = await create(given);
    expect([400, 501]).toContain(status);
    expect(json.details[0].message).toMatch(message);
  });

  it('refuses what is not there', async () => {
    expect((await create({ pipeline_version_reference: { pipeline_id: 'nobody' } })).status).toBe(404);
    expect((await create({ experiment_id: 'nobody' })).status).toBe(404);
    expect((await create({ unknown_field: 1 })).status).toBe(400);
  });
});

describe('a recurring run', () => {
  it('is enabled and disabled', async () => {
    const { json } = await create();
    const id = json.recurring_run_id;
    expect((await call(api.url, 'POST', `${path}/${id}:disable`)).text).toBe('{}');
    expect((await get(id)).json).toMatchObject({ mode: 'DISABLE', status: 'DISABLED' });
    await call(api.url, 'POST', `${path}/${id}:enable`);
    expect((await get(id)).json).toMatchObject({ mode: 'ENABLE', status: 'ENABLED' });
    expect((await call(api.url, 'POST', `${path}/nobody:enable`)).status).toBe(404);
  });

  it('is deleted, with or without the runs it has in progress', async () => {
    await api.schedules.start();
    for (const [policy, state] of [['ORPHAN', 'PENDING'], ['FOREGROUND', 'FAILED'], ['BACKGROUND', 'FAILED'], ['', 'FAILED']] as const) {
      const { json } = await create({ trigger: undefined, display_name: `once ${policy}` });
      const id = json.recurring_run_id;
      const runs = async () => (await call(api.url, 'GET', `/apis/v2beta1/runs?filter=${filterOf({ operation: 'EQUALS', key: 'recurring_run_id', string_value: id })}`)).json.runs ?? [];
      await expect.poll(async () => (await runs()).length).toBe(1);
      expect((await runs())[0]).toMatchObject({ recurring_run_id: id, display_name: `once ${policy} #1`, state: 'PENDING', runtime_config: { parameters: { a: 1 } } });
      expect((await call(api.url, 'DELETE', `${path}/${id}?propagation_policy=${policy}`)).text).toBe('{}');
      expect((await get(id)).status).toBe(404);
      expect((await runs())[0].state, policy).toBe(state);
    }
    expect((await call(api.url, 'DELETE', `${path}/nobody`)).status).toBe(404);
    expect((await call(api.url, 'DELETE', `${path}/nobody?propagation_policy=GENTLY`)).status).toBe(400);
  });

  it('says what is wrong with it', async () => {
    const { pipelineId: other } = await aPipeline(api, 'short-lived');
    const { json } = await create({ pipeline_version_reference: { pipeline_id: other }, trigger: { periodic_schedule: { interval_second: 1 } } });
    await call(api.url, 'DELETE', `/apis/v2beta1/pipelines/${other}?cascade=true`);
    await expect.poll(async () => (await get(json.recurring_run_id)).json.error?.message, { timeout: 5_000 }).toContain(`Its pipeline ${other} is gone`);
    expect((await get(json.recurring_run_id)).json.status).toBe('ENABLED');
  });

  it('is disabled when its experiment is archived', async () => {
    const { json: experiment } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: 'put away' } });
    const { json } = await create({ experiment_id: experiment.experiment_id });
    await call(api.url, 'POST', `/apis/v2beta1/experiments/${experiment.experiment_id}:archive`);
    expect((await get(json.recurring_run_id)).json.status).toBe('DISABLED');
  });
});

describe('GET /apis/v2beta1/recurringruns', () => {
  it('lists by experiment, in pages, under the name that its proto has', async () => {
    const { json: experiment } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: 'listed' } });
    for (const display_name of ['a', 'b', 'c']) await create({ experiment_id: experiment.experiment_id, display_name });
    const list = (query: string) => call(api.url, 'GET', `${path}?experiment_id=${experiment.experiment_id}&${query}`);
    const { json: first } = await list('page_size=2&sort_by=name%20desc&page_token=');
    expect(first.recurringRuns.map((each: { display_name: string }) => each.display_name)).toEqual(['c', 'b']);
    expect(first.total_size).toBe(3);
    const { json: second } = await list(`page_size=2&page_token=${encodeURIComponent(first.next_page_token)}`);
    expect(second.recurringRuns.map((each: { display_name: string }) => each.display_name)).toEqual(['a']);
  });

  it.each([
    ['status', 'DISABLED'],
    ['mode', 'DISABLE'],
    ['trigger', 'PERIODIC'],
    ['no_catchup', 'true'],
    ['pipeline_version_id', () => versionId],
  ])('filters by %s', async (key, value) => {
    const { json: experiment } = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: { display_name: `by ${key}` } });
    const inside = { experiment_id: experiment.experiment_id };
    await create({ ...inside, display_name: 'plain' });
    await create({ ...inside, display_name: 'special', mode: 'DISABLE', no_catchup: true, trigger: { periodic_schedule: { interval_second: 3600 } }, pipeline_version_reference: { pipeline_id: pipelineId, pipeline_version_id: versionId } });
    const filter = filterOf({ operation: 1, key, stringValue: typeof value === 'function' ? value() : value });
    const { json } = await call(api.url, 'GET', `${path}?experiment_id=${experiment.experiment_id}&filter=${filter}`);
    expect(json.recurringRuns.map((each: { display_name: string }) => each.display_name)).toEqual(['special']);
  });

  it('refuses a field that it does not know', async () => {
    expect(await call(api.url, 'GET', `${path}?filter=${filterOf({ operation: 'EQUALS', key: 'colour', string_value: 'red' })}`)).toMatchObject({ status: 400 });
    expect(await call(api.url, 'GET', `${path}?sort_by=colour`)).toMatchObject({ status: 400 });
  });
});

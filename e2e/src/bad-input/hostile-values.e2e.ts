import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { createRun, get, post, upload } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const LISTS = ['/apis/v2beta1/runs', '/apis/v2beta1/pipelines', '/apis/v2beta1/experiments', '/apis/millrace/v1/runs'];
/** Names that a task may have and that mean something in JavaScript or Argo. */
const TASK_KEYS = ['constructor', 'toString', 'hasOwnProperty', 'root', 'true', '0', 'x'.repeat(128)];
/** Each is a legal key of JSON, and none may mean anything to whom it passes. */
const KEYS = ['constructor', 'toString', 'hasOwnProperty', '{{workflow.name}}', "a'; DROP TABLE runs; --", '"quoted"', '../../up', '<img src=x onerror=alert(1)>', '名前', ' ', 'a\nb', '\u202egnp', 'x'.repeat(1000)];

let millrace: Millrace;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
});
afterAll(() => millrace?.close());

describe('a list', () => {
  it.each(LISTS)('%s refuses a page token that it did not give', async (list) => {
    for (const token of ['garbage', btoa('{}'), btoa('{"SortBySQLColumn":"1; DROP TABLE runs"}'), btoa('null'), '%00', 'x'.repeat(10_000)]) {
      const { status, message } = await get(millrace, `${list}?page_token=${encodeURIComponent(token)}`);
      expect({ token: token.slice(0, 20), status, message }).toEqual({ token: token.slice(0, 20), status: 400, message: 'Invalid page token' });
    }
  });

  it.each([
    ['page_size=-1', /page size/],
    ['page_size=many', /page_size/],
    ['sort_by=nope', /Invalid sorting field: "nope"/],
    ['sort_by=created_at%20sideways', /Received invalid sort by format "created_at sideways"\. Supported format/],
    ['filter=%7B', /Failed to parse filter: it is not JSON; write/],
    [`filter=${encodeURIComponent('{"predicates":[{"operation":"EQUALS","key":"nope","string_value":"x"}]}')}`, /no support for filtering on unrecognized field "nope"/],
    [`filter=${encodeURIComponent('{"predicates":[{"operation":"IN","key":"name","string_value":"x"}]}')}`, /IN/],
  ])('refuses %s with a sentence', async (query, message) => {
    for (const list of LISTS) {
      const answer = await get(millrace, `${list}?${query}`);
      expect({ list, status: answer.status }).toEqual({ list, status: 400 });
      expect(answer.message).toMatch(message);
    }
  });

  it('gives pages that go on where the last ended, also through its own token', async () => {
    for (let index = 0; index < 5; index += 1) await millrace.json('/apis/v2beta1/experiments', { method: 'POST', body: JSON.stringify({ display_name: `page ${index}` }) });
    const names: string[] = [];
    let token = '';
    do {
      const page = await millrace.json(`/apis/v2beta1/experiments?page_size=2&page_token=${encodeURIComponent(token)}`);
      names.push(...page.experiments.map((experiment: { display_name: string }) => experiment.display_name));
      token = page.next_page_token ?? '';
    } while (token !== '');
    expect(names.toSorted()).toEqual(['Default', ...Array.from({ length: 5 }, (_, index) => `page ${index}`)]);
  });
});

describe('a pipeline with hostile keys', () => {
  const hostile = (): any => {
    const spec: any = shellPipeline(Object.fromEntries(TASK_KEYS.map((key) => [key, { line: 'true' }])));
    spec.root.inputDefinitions = { parameters: Object.fromEntries(KEYS.map((key) => [key, { parameterType: 'STRUCT', defaultValue: { [key]: key } }])) };
    return spec;
  };

  it('is stored and shown as it was sent', async () => {
    const { status, body, message } = await upload(millrace, JSON.stringify(hostile()), { name: KEYS[5]! + KEYS[6] + KEYS[7], fileName: 'pipeline.json' });
    expect(message).toBe('');
    expect(status).toBe(200);
    const { pipeline_versions: versions } = await millrace.json(`/apis/v2beta1/pipelines/${body.pipeline_id}/versions`);
    expect(versions[0].pipeline_spec).toEqual(hostile());
  });

  it('runs, and every task and value keeps its name', async () => {
    const parameters = Object.fromEntries(KEYS.map((key) => [key, { [key]: key }]));
    const { status, body, message } = await createRun(millrace, { display_name: KEYS.slice(0, 8).join(' '), pipeline_spec: hostile(), runtime_config: { parameters } });
    expect(message).toBe('');
    expect(status).toBe(200);
    expect(await millrace.finished(body.run_id)).toMatchObject({ state: 'SUCCEEDED' });
    const detail = await millrace.json(`/apis/millrace/v1/runs/${body.run_id}`);
    expect(detail.tasks.map((task: { key: string }) => task.key).toSorted()).toEqual(TASK_KEYS.toSorted());
    expect(detail.parameters).toEqual(parameters);
    expect(detail.run.task_counts).toEqual({ SUCCEEDED: TASK_KEYS.length });
  });

  it('that name tasks is refused, each by its name', async () => {
    const names = ['{{workflow.name}}', '../../up', '<b>', '名前', ' '];
    const { status, message } = await upload(millrace, JSON.stringify(shellPipeline(Object.fromEntries(names.map((name) => [name, { line: 'true' }])))), { fileName: 'pipeline.json' });
    expect(status).toBe(400);
    for (const name of names) expect(message).toContain(`"${name}" is not a task name. Use 1 to 128 letters, digits, "-" and "_", starting with a letter or digit.`);
  });

  it('cannot reach the prototype of anything', async () => {
    const text = JSON.stringify(shellPipeline({ a: { line: 'true' } })).replace('"tasks":{', '"tasks":{"__proto__":{"taskInfo":{"name":"p"},"componentRef":{"name":"comp-a"}},');
    const inline = await millrace.request('/apis/v2beta1/runs', { method: 'POST', body: `{"display_name":"p","pipeline_spec":${text}}` });
    expect(inline.status).toBe(400);
    const uploaded = await upload(millrace, text, { fileName: 'pipeline.json', name: 'proto' });
    expect([200, 400]).toContain(uploaded.status);
    expect(await get(millrace, '/apis/v2beta1/healthz')).toMatchObject({ status: 200 });
  });

  it('nested deeper than any pipeline is refused, not a crash', async () => {
    const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(await upload(millrace, deep, { fileName: 'pipeline.json' })).toMatchObject({ status: 400 });
    const inline = await post(millrace, '/apis/v2beta1/runs', `{"display_name":"p","pipeline_spec":${deep}}`);
    expect(inline.status).toBe(400);
    expect(inline.message).toMatch(/nested deeper than \d+ levels/);
  });
});

describe('an address', () => {
  it.each(['/apis/v2beta1/runs/%2e%2e%2f%2e%2e%2fetc%2fpasswd', '/apis/v2beta1/runs/%', '/apis/v2beta1/runs/%00', '/apis/millrace/v1/artifacts/..%2f..%2fmillrace.db/content', '/..%2f..%2fetc/passwd', `/apis/v2beta1/runs/${'x'.repeat(5000)}`])('%.60s leads nowhere', async (path) => {
    const { status, body } = await get(millrace, path);
    expect([400, 404, 414]).toContain(status);
    expect(JSON.stringify(body)).not.toContain('root:');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPipeline, aRun, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
const made: string[] = [];
beforeAll(async () => {
  api = await startApi();
  const { pipelineId } = await aPipeline(api, 'listed');
  for (const displayName of ['c', 'a', 'b', 'a 100%', 'A']) made.push(await aRun(api, { pipelineId, displayName }));
});
afterAll(() => api.close());

const list = (query: string) => call(api.url, 'GET', `/apis/v2beta1/runs?${query}`);
const names = (answer: { json: { runs?: { display_name: string }[] } }) => (answer.json.runs ?? []).map(({ display_name }) => display_name);

describe('a list', () => {
  it('is read page by page in its order, each row once', async () => {
    const seen: string[] = [];
    let token = '';
    do {
      const page = await list(`page_size=2&sort_by=name%20desc&page_token=${encodeURIComponent(token)}`);
      expect(page.json.total_size).toBe(5);
      seen.push(...names(page));
      token = page.json.next_page_token ?? '';
    } while (token !== '');
    expect(seen).toHaveLength(5);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it('goes on from a token alone, and refuses another order with it', async () => {
    const first = await list('page_size=2&sort_by=name');
    const token = encodeURIComponent(first.json.next_page_token);
    expect((await list(`page_size=2&page_token=${token}`)).status).toBe(200);
    const refused = await list(`page_size=2&sort_by=created_at&page_token=${token}`);
    expect(refused.status).toBe(400);
    expect(refused.json.message).toContain('page token does not match the supplied sort by');
  });

  it.each(['rubbish', 'eyJzb3J0QnkiOiJuYW1lIn0=', '%00', 'e30=', `${'A'.repeat(5000)}`, '{"SortByFieldName":"id; DROP TABLE runs"}'])('refuses the page token %.20s', async (token) => {
    const { status, json } = await list(`page_token=${encodeURIComponent(token)}`);
    expect([status, json.code]).toEqual([400, 3]);
    expect(api.errors).toEqual([]);
  });

  it.each(['page_size=-1', 'page_size=x', 'page_size=1.5', 'page_size=1&page_size=2', 'sort_by=nonsense', 'sort_by=name%20up', "sort_by=name';--", 'filter=x'])('refuses %s', async (query) => {
    expect((await list(query)).status).toBe(400);
  });

  it('ignores what it does not know, as the gateway does', async () => {
    expect((await list('resource_reference_key.type=NAMESPACE&namespace=whatever&pageSize=1')).json.runs).toHaveLength(1);
  });

  it('finds by substring whatever characters it has', async () => {
    const filter = (text: string) => `filter=${encodeURIComponent(JSON.stringify({ predicates: [{ operation: 9, key: 'name', stringValue: text }] }))}`;
    expect(names(await list(filter('100%')))).toEqual(['a 100%']);
    expect(names(await list(filter("' OR 1=1 --")))).toEqual([]);
    expect(await list(filter('zzz'))).toMatchObject({ status: 200, text: '{}' });
  });

  it('refuses a filter on what there is not', async () => {
    const filter = encodeURIComponent(JSON.stringify({ predicates: [{ operation: 1, key: 'workflow) OR (1=1', string_value: 'x' }] }));
    expect((await list(`filter=${filter}`)).json.message).toContain('no support for filtering on unrecognized field');
  });
});

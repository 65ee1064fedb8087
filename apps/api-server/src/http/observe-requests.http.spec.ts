import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../testing/start-api.js';

describe('observeRequest', () => {
  const seen: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }[] = [];
  let api: TestApi;
  beforeAll(async () => void (api = await startApi({ basePath: '/pipeline', observeRequest: (request) => seen.push(request) })));
  afterAll(() => api.close());

  it('is told of the route as it is written, whatever the id and the base path, of refusals too, and not of streams', async () => {
    const events = new AbortController();
    await fetch(`${api.url}/apis/millrace/v1/events`, { signal: events.signal });
    events.abort();
    await fetch(`${api.url}/apis/v2beta1/runs/one`);
    await fetch(`${api.url}/pipeline/apis/v2beta1/runs/two`);
    await fetch(`${api.url}/apis/millrace/v1/server`);
    await fetch(`${api.url}/no/such/page`);
    await fetch(`${api.url}/apis/millrace/v1/server`, { headers: { origin: 'http://elsewhere.example.com' } });
    await expect.poll(() => seen.length).toBe(5);
    expect(seen.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
      'GET /apis/v2beta1/runs/:run_id 404', 'GET /apis/v2beta1/runs/:run_id 404', 'GET /apis/millrace/v1/server 200', 'GET /* 404', 'GET /apis/millrace/v1/server 403',
    ]);
    expect(seen.every(({ seconds }) => seconds > 0 && seconds < 30)).toBe(true);
  });
});

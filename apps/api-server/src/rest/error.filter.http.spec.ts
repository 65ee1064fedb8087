import { PipelineError } from '@millrace/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../testing/start-api.js';

describe('a request that the database has no connection for', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(async () => {
    await api.close();
  });

  const fail = (details?: { readonly retryAfterSeconds: number }): void => {
    api.database.runs.list = () => Promise.reject(new PipelineError('UNAVAILABLE', 'All connections are in use; try again.', { details }));
  };

  it.each(['/apis/v2beta1/runs', '/apis/v1beta1/runs', '/apis/millrace/v1/runs'])('is told when to come again: GET %s', async (path) => {
    fail({ retryAfterSeconds: 5 });
    const response = await fetch(`${api.url}${path}`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).toContain('All connections are in use; try again.');
  });

  it('is told nothing of the kind where nobody knows', async () => {
    fail();
    const response = await fetch(`${api.url}/apis/v2beta1/runs`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, null]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { millraceOperations, v1beta1, v2beta1 } from '@millrace/api-contract';
import { call } from './testing/call.js';
import { startApi, type TestApi } from './testing/start-api.js';

const TOKEN = 'a secret';
const DOCUMENTS = ['GET /apis/v1beta1/openapi.json', 'GET /apis/v2beta1/openapi.json', 'GET /apis/millrace/v1/openapi.json'];

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ token: TOKEN });
});
afterAll(() => api.close());

const describedRoutes = () => [...v1beta1.operations, ...v2beta1.operations, ...millraceOperations].map(({ method, path }) => `${method} ${path}`);
const servedRoutes = () =>
  api.server.routes
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, url }) => `${method} ${url.replaceAll('::', '\0').replaceAll(/:(\w+)(\([^)]*\))?/g, '{$1}').replaceAll('\0', ':')}`);
const addresses = () => api.server.routes.map(({ method, url }) => ({ method, path: url.replaceAll('::', '\0').replaceAll(/:(\w+)(\([^)]*\))?/g, 'x').replaceAll('\0', ':') }));

describe('the routes', () => {
  it('are those that the contract describes', () => {
    expect(servedRoutes().sort()).toEqual([...describedRoutes(), ...DOCUMENTS].sort());
  });

  it('all ask for the token, except the health check', async () => {
    const open: string[] = [];
    for (const { method, path } of addresses()) if ((await call(api.url, method, path)).status !== 401) open.push(`${method} ${path}`);
    expect(open.sort()).toEqual(['GET /apis/v1beta1/healthz', 'GET /apis/v2beta1/healthz', 'HEAD /apis/v1beta1/healthz', 'HEAD /apis/v2beta1/healthz']);
  });

  it('all refuse a foreign Host, whatever else a request brings', async () => {
    const headers = { host: 'evil.example', authorization: `Bearer ${TOKEN}` };
    for (const { method, path } of [...addresses(), { method: 'GET', path: '/' }, { method: 'GET', path: '/nothing' }, { method: 'OPTIONS', path: '/x' }]) {
      expect({ path, status: (await call(api.url, method, path, { headers })).status }).toEqual({ path, status: 403 });
    }
  });

  it('all refuse a foreign Origin', async () => {
    const headers = { origin: 'https://evil.example', authorization: `Bearer ${TOKEN}` };
    for (const { method, path } of addresses()) expect({ path, status: (await call(api.url, method, path, { headers })).status }).toEqual({ path, status: 403 });
  });

  it('refuse a route that does not say what access it needs', async () => {
    const { createDoorkeeper } = await import('./access/doorkeeper.js');
    const { completeOptions } = await import('./options.js');
    const guard = createDoorkeeper(completeOptions({ host: '127.0.0.1', port: 0, version: '1', substrate: 'embedded', multiUser: false }));
    const request = { headers: { host: 'localhost' }, routeOptions: { config: {} }, is404: false };
    await expect(guard(request as never, {} as never)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../testing/call.js';
import { startApi, type TestApi } from '../testing/start-api.js';
import { createHostRule } from './host-rule.js';

describe('the host rule', () => {
  const rule = createHostRule({ host: '127.0.0.1', allowedHosts: ['hub.example:8000', '.team.example', 'box'], baseUrl: 'https://pipes.example/millrace' });

  it.each(['localhost', 'LOCALHOST:7600', '127.0.0.1:1', '[::1]:7600', '[::1]', 'hub.example:8000', 'a.team.example', 'box', 'box:99', 'pipes.example', 'localhost.'])('answers to %s', (host) => {
    expect(rule.acceptsHost(host)).toBe(true);
  });

  it.each([undefined, '', 'evil.example', 'localhost.evil.example', 'evil.example:7600', 'localhost@evil.example', 'evil.example#localhost', 'hub.example', 'hub.example:8001', 'team.example.evil', 'xlocalhost', '127.0.0.1.nip.io', 'localhost:7600/evil', '[::2]', '0.0.0.0', 'local host'])(
    'does not answer to %s',
    (host) => {
      expect(rule.acceptsHost(host)).toBe(false);
    },
  );

  it.each([undefined, 'http://localhost:3000', 'https://pipes.example', 'http://127.0.0.1:7600'])('lets requests from %s in', (origin) => {
    expect(rule.acceptsOrigin(origin)).toBe(true);
  });

  it.each(['null', '', 'https://evil.example', 'http://localhost.evil.example', 'file://', 'http://localhost@evil.example', 'chrome-extension://abc'])('keeps requests from %j out', (origin) => {
    expect(rule.acceptsOrigin(origin)).toBe(false);
  });
});

describe('a server with a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ token: 'open sesame', basePath: '/pipeline' });
  });
  afterAll(() => api.close());

  it('takes it as a bearer token', async () => {
    expect((await call(api.url, 'GET', '/apis/v2beta1/runs', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await call(api.url, 'GET', '/apis/v2beta1/runs', { headers: { authorization: 'Bearer open sesame' } })).status).toBe(200);
  });

  it('takes it once in the address of a page and gives a cookie for it', async () => {
    const first = await call(api.url, 'GET', '/pipeline/runs/1?token=open%20sesame&tab=logs');
    expect(first.status).toBe(303);
    expect(first.headers['location']).toBe('/pipeline/runs/1?tab=logs');
    const cookie = String(first.headers['set-cookie']).split(';')[0]!;
    expect(String(first.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
    expect((await call(api.url, 'GET', '/apis/v2beta1/runs', { headers: { cookie: `other=1; ${cookie}` } })).status).toBe(200);
    expect((await call(api.url, 'GET', '/apis/v2beta1/runs', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  it('does not take it in the address of the API', async () => {
    expect((await call(api.url, 'GET', '/apis/v2beta1/runs?token=open%20sesame')).status).toBe(401);
  });

  it('does not lead to another host', async () => {
    for (const path of ['//evil.example/x', '/\\evil.example/x', '/\\/evil.example/x']) {
      expect((await call(api.url, 'GET', `${path}?token=open%20sesame`)).headers['location']).toBe('/evil.example/x');
    }
  });

  it('says how to bring it, and how to the SDK', async () => {
    const { json, headers } = await call(api.url, 'GET', '/apis/v2beta1/runs');
    expect(json.code).toBe(16);
    expect(json.details[0].message).toContain('existing_token');
    expect(headers['www-authenticate']).toBe('Bearer');
  });
});

describe('a page of another site', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])('cannot start anything with a body of %s', async (type) => {
    const answer = await call(api.url, 'POST', '/apis/v2beta1/experiments', { body: '{"display_name":"x"}', headers: { 'content-type': type } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json.details[0].message).toContain('application/json');
  });

  it('is given no permission by OPTIONS', async () => {
    const answer = await call(api.url, 'OPTIONS', '/apis/v2beta1/runs', { headers: { 'access-control-request-method': 'POST' } });
    expect(answer.status).toBe(204);
    expect(answer.headers['allow']).toBe('POST, GET, HEAD, OPTIONS');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('cannot frame, sniff or embed answers', async () => {
    const { headers } = await call(api.url, 'GET', '/apis/v2beta1/runs');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin', 'x-frame-options': 'SAMEORIGIN' });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });
});

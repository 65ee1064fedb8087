import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { createRun, rawRequest } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const TOKEN = 'a-secret-of-this-test';

let millrace: Millrace;
let guarded: Millrace;
let routes: readonly { readonly method: string; readonly path: string }[];
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
  guarded = await Millrace.start({ sample: false, env: { MILLRACE_TOKEN: TOKEN } });
  const run = await createRun(millrace, { pipeline_spec: shellPipeline({ a: { line: 'echo hello' } }) });
  await millrace.finished(run.body.run_id);
  const { tasks } = await millrace.json(`/apis/millrace/v1/runs/${run.body.run_id}`);
  const served = await Promise.all(['v2beta1', 'millrace/v1'].map(async (api) => (await millrace.json(`/apis/${api}/openapi.json`)).paths as Record<string, Record<string, unknown>>));
  const ids: Record<string, string> = { run_id: run.body.run_id, task_id: tasks[0].id };
  routes = [
    ...served.flatMap((paths) => Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'x') })))),
    { method: 'GET', path: '/' },
    { method: 'GET', path: '/runs' },
    { method: 'GET', path: '/no/such/path' },
    { method: 'POST', path: '/apis/v2beta1/no-such-thing' },
    { method: 'OPTIONS', path: '/apis/v2beta1/runs' },
    { method: 'GET', path: '/apis/v2beta1/healthz' },
  ].filter(({ method }) => ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'].includes(method));
});
afterAll(async () => {
  await millrace?.close();
  await guarded?.close();
});

const own = () => new URL(millrace.url).host;
const messageOf = (text: string): string => {
  const body = JSON.parse(text);
  return body.error_message ?? body.details[0].message;
};

describe('who is not on this machine', () => {
  it('reaches no route by a name that is not this server\'s', async () => {
    expect(routes.length).toBeGreaterThan(40);
    for (const { method, path } of routes) {
      const { status, text } = await rawRequest(millrace, { method, path, headers: { host: 'evil.example:80' } });
      expect({ method, path, status }).toEqual({ method, path, status: 403 });
      expect(messageOf(text)).toBe('Host "evil.example:80" is not a name of this server; start it with --allowed-host to serve it under that name.');
    }
  });

  it.each(['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'null', 'file://', 'http://evil.example@127.0.0.1'])('reaches no route from a page of %s', async (origin) => {
    for (const { method, path } of routes) {
      const { status, text } = await rawRequest(millrace, { method, path, headers: { host: own(), origin } });
      expect({ method, path, status }).toEqual({ method, path, status: 403 });
      expect(messageOf(text)).toBe(`Requests from pages of "${origin}" are refused; start the server with --allowed-host to allow that site.`);
    }
  });

  it('is refused before the body is read, so nothing happens', async () => {
    const before = (await millrace.json('/apis/v2beta1/runs')).runs.length;
    const body = JSON.stringify({ display_name: 'evil', pipeline_spec: shellPipeline({ a: { line: 'echo pwned' } }) });
    for (const headers of [{ host: 'evil.example' } as Record<string, string>, { host: own(), origin: 'https://evil.example' }]) {
      const { status } = await rawRequest(millrace, { method: 'POST', path: '/apis/v2beta1/runs', headers: { ...headers, 'content-type': 'application/json' }, write: (request) => request.end(body) });
      expect(status).toBe(403);
    }
    expect((await millrace.json('/apis/v2beta1/runs')).runs).toHaveLength(before);
  });

  it('cannot run code by a form, which pages may send anywhere', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const { status } = await rawRequest(millrace, { method: 'POST', path: '/apis/v2beta1/runs', headers: { host: own(), 'content-type': type }, write: (request) => request.end('{"display_name":"x"}') });
      expect([400, 415]).toContain(status);
    }
  });
});

describe('who is on this machine', () => {
  it.each([
    ['an SDK, which sends no Origin', {}],
    ['a page of this server', { origin: 'OWN' }],
    ['a page by another of its names', { origin: 'http://localhost:3000' }],
  ])('is served: %s', async (_, { origin }: { origin?: string }) => {
    const headers = { host: own(), ...(origin && { origin: origin.replace('OWN', `http://${own()}`) }) };
    for (const { method, path } of routes.filter(({ method: verb }) => verb === 'GET')) {
      const { status } = await rawRequest(millrace, { method, path, headers });
      expect({ path, refused: status === 403 || status === 401 }).toEqual({ path, refused: false });
    }
  });
});

describe('a server with a token', () => {
  it('serves nothing but its health without it', async () => {
    for (const { method, path } of routes) {
      const { status, text } = await rawRequest(guarded, { method, path });
      const open = path === '/apis/v2beta1/healthz';
      expect({ method, path, status }).toEqual({ method, path, status: open ? 200 : 401 });
      if (!open) expect(messageOf(text)).toMatch(/^This server asks for its token: send it as "Authorization: Bearer <token>"/);
    }
  });

  it('serves who brings it, and nobody who brings another', async () => {
    const ask = (token: string) => rawRequest(guarded, { path: '/apis/v2beta1/runs', headers: { authorization: `Bearer ${token}` } });
    expect((await ask(TOKEN)).status).toBe(200);
    expect((await ask(`${TOKEN}x`)).status).toBe(401);
    expect((await ask(`${TOKEN}`.slice(1))).status).toBe(401);
  });

  it('never prints it', () => {
    expect(guarded.printed).not.toContain(TOKEN);
  });
});

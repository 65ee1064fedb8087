import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../testing/call.js';
import { startApi, type TestApi } from '../testing/start-api.js';

const BASE = '/__millrace_base__';
let folder: string;
let api: TestApi;
let atRoot: TestApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-pages-'));
  const pages = join(folder, 'out');
  const files: Record<string, string> = {
    'index.html': `<meta name="millrace-base-path" content="${BASE}"><script src="${BASE}/_next/static/a.js"></script><script>start()</script>`,
    'index.txt': `0:["${BASE}/_next/static/a.js"]`,
    '404.html': 'nothing here',
    'runs.html': 'the runs',
    'runs/_.html': 'one run',
    'runs/_.txt': 'payload of one run',
    'runs/_/__next._tree.txt': 'tree',
    'pipelines/_/versions/_.html': 'one version',
    '_next/static/a.js': `import("${BASE}/_next/static/b.js");${'x'.repeat(3000)}`,
    'logo.svg': '<svg/>',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(pages, name, '..'), { recursive: true });
    await writeFile(join(pages, name), text);
  }
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(pages, 'link.txt'));
  api = await startApi({ pagesFolder: pages, basePath: 'pipeline/' });
  atRoot = await startApi({ pagesFolder: pages });
});
afterAll(async () => {
  await api.close();
  await atRoot.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => call(api.url, 'GET', path, { headers });

describe('the pages', () => {
  it.each([
    ['/pipeline/', 'millrace-base-path'],
    ['/pipeline', 'millrace-base-path'],
    ['/pipeline/runs', 'the runs'],
    ['/pipeline/runs/', 'the runs'],
    ['/pipeline/runs/0f2d?tab=logs', 'one run'],
    ['/pipeline/runs/0f2d.txt', 'payload of one run'],
    ['/pipeline/runs/0f2d/__next._tree.txt', 'tree'],
    ['/pipeline/pipelines/a/versions/b', 'one version'],
    ['/runs/0f2d', 'one run'],
  ])('answer at %s', async (path, text) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(text);
  });

  it('carry the base path that the server was started with', async () => {
    expect((await get('/pipeline/')).text).toContain('content="/pipeline"');
    expect((await get('/pipeline/')).text).toContain('src="/pipeline/_next/static/a.js"');
    expect((await get('/pipeline/index.txt')).text).toBe('0:["/pipeline/_next/static/a.js"]');
    expect((await get('/pipeline/_next/static/a.js')).text).toContain('import("/pipeline/_next/static/b.js")');
    expect((await call(atRoot.url, 'GET', '/')).text).toContain('content=""');
    expect((await call(atRoot.url, 'GET', '/')).text).toContain('src="/_next/static/a.js"');
  });

  it('are compressed as the client can read, and kept for ever when their name says what is in them', async () => {
    const { port } = new URL(api.url);
    const raw = async (encoding: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/pipeline/_next/static/a.js`, { headers: { 'accept-encoding': encoding } });
      expect(await response.text()).toContain('import("/pipeline/');
      return { encoding: response.headers.get('content-encoding'), cache: response.headers.get('cache-control'), vary: response.headers.get('vary') };
    };
    expect(await raw('gzip, br')).toEqual({ encoding: 'br', cache: 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    expect(await raw('gzip, br;q=0')).toMatchObject({ encoding: 'gzip' });
    expect(await raw('identity')).toMatchObject({ encoding: null });
  });

  it('are not sent again when they have not changed', async () => {
    const first = await get('/pipeline/runs');
    expect(first.headers['cache-control']).toBe('no-cache');
    expect(await get('/pipeline/runs', { 'if-none-match': String(first.headers['etag']) })).toMatchObject({ status: 304, text: '' });
  });

  it('may run their own scripts only', async () => {
    const policy = String((await get('/pipeline/')).headers['content-security-policy']);
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]+'/);
    expect(policy).toContain("frame-ancestors 'self'");
  });

  it('that are not there are not found, in words for people where a page was asked for', async () => {
    expect(await get('/pipeline/nothing')).toMatchObject({ status: 404, text: 'nothing here' });
    expect(await get('/pipeline/_next/static/gone.js')).toMatchObject({ status: 404, json: { code: 5 } });
    expect(await get('/pipeline/apis/v2beta1/nothing')).toMatchObject({ status: 404, json: { code: 5 } });
    expect(await get('/pipelined/runs')).toMatchObject({ status: 404 });
  });

  it.each(['/pipeline/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/%252e%252e/secret.txt', '/runs/..%2f..%2f..%2fsecret.txt', '/..\\secret.txt', '/link.txt', '/%00', '//etc/passwd', '/runs/%5c..%5c..'])(
    'lead nowhere else: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.text).not.toContain('secret');
      expect(answer.text).not.toContain('root:');
      expect(answer.status).toBeLessThan(500);
    },
  );
});

describe('the API', () => {
  it('answers with and without the base path', async () => {
    expect((await get('/pipeline/apis/v2beta1/healthz')).status).toBe(200);
    expect((await get('/apis/v2beta1/healthz')).status).toBe(200);
    expect((await get('/pipeline/apis/millrace/v1/server')).json.base_url).toBe(`${api.url}/pipeline`);
  });
});

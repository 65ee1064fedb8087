import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '@millrace/database';
import { aPipeline, aRun, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let runId: string;
let taskId: string;
const ids = new Map<string, string>();

async function store(name: string, uri: string, schemaTitle = 'system.Artifact'): Promise<void> {
  const artifact: Artifact = { id: randomUUID(), namespace: 'kubeflow', name, uri, schemaTitle, schemaVersion: '0.0.1', metadata: {}, pipelineName: 'hello', runId, taskId, createdAt: new Date() };
  ids.set(name, artifact.id);
  await api.database.runs.record({ runId, at: new Date(), newArtifacts: [artifact], links: [{ taskId, direction: 'OUTPUT', name, index: 0, artifactId: artifact.id }] });
}

beforeAll(async () => {
  api = await startApi();
  const { pipelineId } = await aPipeline(api, 'p');
  runId = await aRun(api, { pipelineId });
  taskId = (await api.database.tasks.list(runId))[0]!.id;
  const file = (name: string) => join(api.artifacts, name);
  await mkdir(file('model/weights'), { recursive: true });
  await writeFile(file('data.csv'), '0123456789');
  await writeFile(file('page.html'), '<script>alert(1)</script>');
  await writeFile(file('empty'), '');
  await writeFile(file('packed'), gzipSync('what was packed'));
  await writeFile(file('model/config.json'), '{}');
  await writeFile(file('model/weights/w.bin'), 'wwww');
  await writeFile(file('../secret'), 'secret');
  await symlink(file('../secret'), file('link'));
  await symlink('/etc', file('model/etc'));
  for (const name of ['data.csv', 'page.html', 'empty', 'model', 'link', 'packed']) await store(name, file(name), name === 'page.html' ? 'system.HTML' : 'system.Artifact');
  await store('outside', '/etc/passwd');
  await store('climbing', `${api.artifacts}/../secret`);
  await store('elsewhere', 's3://bucket/key');
  await store('gone', file('gone'));
});
afterAll(() => api.close());

const content = (name: string, query = '', headers: Record<string, string> = {}) => call(api.url, 'GET', `/apis/millrace/v1/artifacts/${ids.get(name)}/content${query}`, { headers });

describe('the content of an artifact', () => {
  it('is sent whole, or a range of it', async () => {
    const whole = await content('data.csv');
    expect(whole).toMatchObject({ status: 200, text: '0123456789', headers: { 'content-type': 'text/plain; charset=utf-8', 'accept-ranges': 'bytes', 'content-length': '10' } });
    expect(await content('data.csv', '', { range: 'bytes=2-4' })).toMatchObject({ status: 206, text: '234', headers: { 'content-range': 'bytes 2-4/10' } });
    expect(await content('data.csv', '', { range: 'bytes=-3' })).toMatchObject({ status: 206, text: '789' });
    expect(await content('data.csv', '', { range: 'bytes=7-99' })).toMatchObject({ status: 206, text: '789' });
    expect(await content('data.csv', '', { range: 'bytes=10-' })).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } });
    expect(await content('data.csv', '', { range: 'lines=1' })).toMatchObject({ status: 200, text: '0123456789' });
    expect(await content('data.csv', '', { range: 'bytes=2-4', 'if-range': '"other"' })).toMatchObject({ status: 200 });
    expect(await content('data.csv', '', { 'if-none-match': String(whole.headers['etag']) })).toMatchObject({ status: 304, text: '' });
    expect(await content('empty')).toMatchObject({ status: 200, text: '' });
  });

  it('is sent unpacked when that is asked for, in one piece', async () => {
    const unpacked = await content('packed', '?unpacked=1', { range: 'bytes=0-1' });
    expect(unpacked).toMatchObject({ status: 200, text: 'what was packed', headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(unpacked.headers['content-security-policy']).toContain('sandbox');
    expect(unpacked.headers).not.toHaveProperty('accept-ranges');
    expect(await content('packed', '?unpacked=1', { 'if-none-match': String(unpacked.headers['etag']) })).toMatchObject({ status: 304 });
    expect(await content('data.csv', '?unpacked=1')).toMatchObject({ status: 200, text: '0123456789' });
    expect(await content('gone', '?unpacked=1')).toMatchObject({ status: 404 });
  });

  it('can do nothing in the name of this server', async () => {
    const page = await content('page.html');
    expect(page.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' });
    expect(page.headers['content-disposition']).toContain('attachment');
    expect(page.headers['content-security-policy']).toContain('sandbox');
    expect(String((await content('data.csv', '?download=1')).headers['content-disposition'])).toContain('attachment; filename="data.csv"');
  });

  it('that is a directory is sent file by file', async () => {
    expect((await call(api.url, 'GET', `/apis/millrace/v1/artifacts/${ids.get('model')}/entries`)).json).toEqual({
      entries: [
        { path: 'config.json', size_bytes: 2 },
        { path: 'weights/w.bin', size_bytes: 4 },
      ],
    });
    expect(await content('model', '?path=weights/w.bin')).toMatchObject({ status: 200, text: 'wwww' });
    expect(await content('model')).toMatchObject({ status: 400 });
  });

  it.each(['../../secret', '..%2f..%2fsecret', '%2e%2e/%2e%2e/secret', '%252e%252e/secret', '/etc/passwd', 'etc/passwd', 'weights/../../../secret', '..%5csecret', 'a%00b', '.', ''])(
    'stays in the artifact for the path %j',
    async (path) => {
      const { status, text } = await content('model', `?path=${path}`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(text).not.toContain('secret"');
      expect(text).not.toContain('root:');
    },
  );

  it.each(['link', 'outside', 'climbing', 'elsewhere', 'gone'])('is refused for the artifact %s', async (name) => {
    const { status } = await content(name);
    expect([400, 404]).toContain(status);
    expect(api.errors).toEqual([]);
  });

  it('is not found by an address instead of an id', async () => {
    for (const id of [encodeURIComponent('/etc/passwd'), encodeURIComponent(`${api.artifacts}/data.csv`), '%252e%252e']) {
      expect((await call(api.url, 'GET', `/apis/millrace/v1/artifacts/${id}/content`)).status).toBe(404);
    }
  });
});

describe("KFP's artifact route", () => {
  const read = (node: string, name: string) => call(api.url, 'GET', `/apis/v2beta1/runs/${runId}/nodes/${encodeURIComponent(node)}/artifacts/${name}:read`);

  it('gives the bytes in base64, by the id or the path of the task', async () => {
    const { json } = await read(taskId, 'data.csv');
    expect(Buffer.from(json.data, 'base64').toString()).toBe('0123456789');
    expect((await read('root/hello', 'data.csv')).json).toEqual(json);
    expect((await read(taskId, 'empty')).json).toEqual({ data: '' });
  });

  it('refuses what is not there in its own shape of errors', async () => {
    for (const [node, name] of [['nowhere', 'data.csv'], [taskId, 'nothing'], [taskId, 'gone']] as const) {
      const { status, json } = await read(node, name);
      expect(status).toBe(404);
      expect(json.error_message).not.toBe('');
    }
  });
});

describe('a task', () => {
  it('shows its artifacts with what is known of their bytes', async () => {
    const { json } = await call(api.url, 'GET', `/apis/millrace/v1/runs/${runId}/tasks/${taskId}`);
    const byName = Object.fromEntries(json.output_artifacts.map((link: { name: string; artifact: unknown }) => [link.name, link.artifact]));
    expect(byName['data.csv'].content).toEqual({ kind: 'file', size_bytes: 10 });
    expect(byName['model'].content).toEqual({ kind: 'directory', size_bytes: 6 });
    for (const name of ['gone', 'elsewhere', 'outside', 'link']) expect(byName[name]).not.toHaveProperty('content');
  });

  it('is not found in another run', async () => {
    expect((await call(api.url, 'GET', `/apis/millrace/v1/runs/other/tasks/${taskId}`)).status).toBe(404);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilePipelines } from '../harness/compile-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { Runs, type FinishedRun } from '../harness/runs.js';

describe.skipIf(kfpPython === undefined)('artifacts of the real SDK', () => {
  let millrace: Millrace;
  let finished: FinishedRun;
  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false });
    finished = await new Runs(millrace).run((await compilePipelines('artifacts.py'))['artifacts']!, { rows: 1000 });
  });
  afterAll(() => millrace?.close());

  const output = (name: string) => finished.tasks['write']!.output_artifacts.find((link) => link.name === name)!.artifact;
  const content = (name: string, init: { headers?: Record<string, string>; query?: string } = {}) => millrace.request(`/apis/millrace/v1/artifacts/${output(name).id}/content${init.query ?? ''}`, { headers: init.headers });

  it('reach the next task with their content, metadata and class', () => {
    expect(finished.run).toMatchObject({ state: 'SUCCEEDED' });
    expect(finished.tasks['read']!.output_parameters).toEqual({ Output: '1000 0000999 1000 数据 a.bin,weights/b.bin 0.9375 Dataset' });
  });

  it('are told with their type, size and metadata', () => {
    expect(output('data')).toMatchObject({ type: 'system.Dataset', metadata: { rows: 1000, 名: '数据' }, content: { kind: 'file', size_bytes: 8000 } });
    expect(output('folder')).toMatchObject({ type: 'system.Model', content: { kind: 'directory' } });
    expect(finished.tasks['write']!.metrics.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([{ name: 'accuracy', value: 0.9375 }, { name: 'loss', value: 12 }]);
    expect(output('curve').metadata).toMatchObject({ confusionMatrix: { rows: [{ row: [3, 1] }, { row: [0, 4] }] } });
    expect(finished.tasks['read']!.input_artifacts.find((link) => link.name === 'data')!.artifact.id).toBe(output('data').id);
  });

  it.each([
    ['bytes=0-7', 206, '0000000\n', 'bytes 0-7/8000'],
    ['bytes=7992-', 206, '0000999\n', 'bytes 7992-7999/8000'],
    ['bytes=-8', 206, '0000999\n', 'bytes 7992-7999/8000'],
    ['bytes=16-23', 206, '0000002\n', 'bytes 16-23/8000'],
    ['bytes=8000-', 416, '', 'bytes */8000'],
  ])('are read in part: %s', async (range, status, text, contentRange) => {
    const response = await content('data', { headers: { range } });
    expect({ status: response.status, text: await response.text(), range: response.headers.get('content-range') }).toEqual({ status, text, range: contentRange });
  });

  it('are read whole, once', async () => {
    const response = await content('data');
    expect((await response.text()).length).toBe(8000);
    expect((await content('data', { headers: { 'if-none-match': response.headers.get('etag')! } })).status).toBe(304);
  });

  it('that are HTML come as a download in a sandbox, and run nothing in the name of this server', async () => {
    const response = await content('page');
    expect(await response.text()).toBe('<h1>你好</h1><script>alert(1)</script>');
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(response.headers.get('content-security-policy')).toMatch(/sandbox/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await content('data', { query: '?download=1' });
    expect(text.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('that are folders are listed and read file by file, and no further', async () => {
    const entries = await millrace.json(`/apis/millrace/v1/artifacts/${output('folder').id}/entries`);
    expect(entries.entries.map((entry: { path: string }) => entry.path).toSorted()).toEqual(['a.bin', 'weights/b.bin']);
    expect(await (await content('folder', { query: '?path=weights%2Fb.bin' })).text()).toBe('weights/b.bin');
    for (const path of ['../data', '../../../../database.db', '/etc/passwd', 'weights/../../data', '%2e%2e/data', '..\\data']) {
      const response = await content('folder', { query: `?path=${encodeURIComponent(path)}` });
      expect([400, 403, 404]).toContain(response.status);
    }
  });

  it('are read by KFP\'s own route as base64', async () => {
    const { data } = await millrace.json(`/apis/v2beta1/runs/${finished.id}/nodes/${finished.tasks['write']!.id}/artifacts/note:read`);
    expect(Buffer.from(data, 'base64').toString()).toBe('# A note');
  });
});

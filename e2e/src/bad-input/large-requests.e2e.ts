import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { createRun, get, rawRequest, residentMiB, upload } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const MIB = 1024 * 1024;
const CAP = 32 * MIB;

let millrace: Millrace;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
});
afterAll(() => millrace?.close());

const GOOD: any = shellPipeline({ a: { line: 'true' } });

/** A pipeline whose JSON has just so many bytes. */
function pipelineOf(bytes: number): string {
  const spec = structuredClone(GOOD);
  spec.pipelineInfo.description = '';
  spec.pipelineInfo.description = 'x'.repeat(bytes - JSON.stringify(spec).length);
  return JSON.stringify(spec);
}

/** The start and end of a multipart body with one file. */
const BOUNDARY = 'end-to-end';
const HEAD = Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="uploadfile"; filename="pipeline.yaml"\r\nContent-Type: application/octet-stream\r\n\r\n`);
const UPLOAD = { method: 'POST', path: '/apis/v2beta1/pipelines/upload?name=large' } as const;
const MULTIPART = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

/** Sends a file of this size as fast as it is taken, without ever holding it. */
async function sendLargeFile(bytes: number, headers: Record<string, string>): Promise<{ status: number; text: string; sent: number }> {
  const chunk = Buffer.alloc(MIB, '# filler\n');
  let sent = 0;
  const { status, text } = await rawRequest(millrace, {
    ...UPLOAD,
    headers: { ...MULTIPART, ...headers },
    write: (request) => {
      request.write(HEAD);
      const more = (): void => {
        while (sent < bytes && !request.destroyed) {
          sent += chunk.length;
          if (!request.write(chunk)) {
            request.once('drain', more);
            return;
          }
        }
        if (!request.destroyed) request.end(`\r\n--${BOUNDARY}--\r\n`);
      };
      more();
    },
  });
  return { status, text, sent };
}

describe('a pipeline as large as one may be', () => {
  it('is taken as an upload, and one byte more is refused with the cap', async () => {
    expect(await upload(millrace, pipelineOf(CAP), { name: 'just under', fileName: 'pipeline.json' })).toMatchObject({ status: 200 });
    expect(await upload(millrace, pipelineOf(CAP + 1), { name: 'just over', fileName: 'pipeline.json' })).toMatchObject({ status: 400, message: 'File size too large. Maximum supported size: 32MB' });
  });

  it('is taken inside a request, and one byte more is refused with the cap', async () => {
    expect(await createRun(millrace, { pipeline_spec: JSON.parse(pipelineOf(CAP)) })).toMatchObject({ status: 200 });
    const over = await createRun(millrace, { pipeline_spec: JSON.parse(pipelineOf(CAP + 1)) });
    expect(over).toMatchObject({ status: 400, message: `The pipeline_spec has ${CAP + 1} bytes; at most ${CAP} are taken.` });
  });

  it('does not slow the lists that show it', async () => {
    const started = performance.now();
    expect((await millrace.json('/apis/v2beta1/runs')).runs).toHaveLength(1);
    expect((await millrace.json('/apis/v2beta1/pipelines')).pipelines).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('far over the cap inside a request is refused before it is read as JSON', async () => {
    const body = Buffer.alloc(40 * MIB, 'x');
    const { status } = await rawRequest(millrace, { method: 'POST', path: '/apis/v2beta1/runs', headers: { 'content-type': 'application/json', 'content-length': String(body.length) }, write: (request) => request.end(body) });
    expect(status).toBe(413);
  });
});

describe('a pipeline that takes long to read', () => {
  it.each([
    ['uploaded as YAML', (text: string) => upload(millrace, text, { name: 'slow' })],
    ['inside a request', (_: string, tasks: object) => createRun(millrace, { pipeline_spec: { ...GOOD, root: { dag: { tasks } } } })],
  ])('%s does not keep others waiting', async (_, send) => {
    const [, first] = Object.entries<any>(GOOD.root.dag.tasks)[0]!;
    const tasks = Object.fromEntries(Array.from({ length: 25_000 }, (__, index) => [`task-${index}`, { ...first, taskInfo: { name: `task-${index}`, note: 'x'.repeat(300) } }]));
    const text = ['root:', '  dag:', '    tasks:', ...Object.entries<any>(tasks).map(([name, { taskInfo }]) => `      ${name}: {taskInfo: {name: ${name}, note: ${taskInfo.note}}}`)].join('\n');
    let over = false;
    let longest = 0;
    const asking = (async () => {
      while (!over) {
        const began = performance.now();
        expect(await get(millrace, '/apis/v2beta1/healthz')).toMatchObject({ status: 200 });
        longest = Math.max(longest, performance.now() - began);
        await sleep(5);
      }
    })();
    const began = performance.now();
    const { status } = await send(text, tasks);
    const all = performance.now() - began;
    over = true;
    await asking;
    expect(status).toBe(400);
    expect(longest, `longest wait for an answer of ${all.toFixed(0)} ms`).toBeLessThan(all / 2);
  });
});

describe('an upload of 1 GB', () => {
  it.each([
    ['without a length, as a stream', { 'transfer-encoding': 'chunked' }],
    ['with its length told', { 'content-length': String(HEAD.length + 1024 * MIB + BOUNDARY.length + 8) }],
  ])('%s is cut at the cap, and memory stays flat', async (_, headers) => {
    const before = residentMiB(millrace);
    let peak = before ?? 0;
    const watch = setInterval(() => (peak = Math.max(peak, residentMiB(millrace) ?? 0)), 20);
    const { status, text, sent } = await sendLargeFile(1024 * MIB, headers);
    clearInterval(watch);
    expect(status).toBe(400);
    expect(JSON.parse(text).error_message).toBe('File size too large. Maximum supported size: 32MB');
    expect(sent).toBeLessThan(256 * MIB);
    // At most the cap is held, in chunks that are let go at once; the rest is room for the garbage collector.
    if (before !== undefined) expect(peak - before).toBeLessThan(100);
  });
});

describe('a client that goes away in the middle of an upload', () => {
  it('does not harm the server, and nothing is stored', async () => {
    const { hostname, port } = new URL(millrace.url);
    const before = (await millrace.json('/apis/v2beta1/pipelines')).pipelines.length;
    for (let index = 0; index < 20; index += 1) {
      const socket = connect(Number(port), hostname);
      await new Promise((connected) => socket.once('connect', connected));
      socket.write(`POST /apis/v2beta1/pipelines/upload?name=cut-${index} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${MULTIPART['content-type']}\r\nContent-Length: 1000000\r\n\r\n`);
      socket.write(HEAD);
      await new Promise((written) => socket.write('pipelineInfo:\n', written));
      if (index % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    expect(await get(millrace, '/apis/v2beta1/healthz')).toMatchObject({ status: 200 });
    expect((await millrace.json('/apis/v2beta1/pipelines')).pipelines).toHaveLength(before);
    expect(await upload(millrace, JSON.stringify(GOOD), { name: 'after', fileName: 'pipeline.json' })).toMatchObject({ status: 200 });
    expect(millrace.printed).not.toMatch(/error|Error|failed/);
  });
});

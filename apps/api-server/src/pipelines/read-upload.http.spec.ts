import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, upload } from '../testing/call.js';
import { HELLO_PIPELINE } from '../testing/hello-pipeline.js';
import { startApi, type TestApi } from '../testing/start-api.js';

const MIB = 1024 * 1024;
const HEAD = '--x\r\nContent-Disposition: form-data; name="uploadfile"; filename="big.yaml"\r\n\r\n';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** Sends `bytes` of a file as fast as they are taken; resolves with the answer and with how much was sent until it came. */
function sendFile(bytes: number, headers: Record<string, string> = {}): Promise<{ status: number | undefined; text: string; sent: number }> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = false;
    const request = httpRequest(
      { hostname, port, method: 'POST', path: '/apis/v2beta1/pipelines/upload?name=big', agent: false, headers: { 'content-type': 'multipart/form-data; boundary=x', ...headers } },
      (response) => {
        answered = true;
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode, text, sent });
          request.destroy();
        });
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => {
      // Node gives up a connection that is reset while it sends, with an answer in it that it has not read.
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') resolve({ status: undefined, text: '', sent });
      else if (!answered) reject(error);
    });
    const chunk = Buffer.alloc(MIB, '# \n');
    const pump = () => {
      while (sent < bytes && !answered && !request.destroyed) {
        sent += chunk.length;
        if (!request.write(chunk)) {
          request.once('drain', pump);
          return;
        }
      }
      if (sent >= bytes) request.end('\r\n--x--\r\n');
    };
    request.write(HEAD);
    pump();
  });
}

describe('an upload', () => {
  it('of 1 GB is cut at the cap while it streams, with memory flat', { timeout: 60_000 }, async () => {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const { status, text, sent } = await sendFile(1024 * MIB);
    expect([400, undefined]).toContain(status);
    if (status === 400) expect(JSON.parse(text).error_message).toBe('File size too large. Maximum supported size: 32MB');
    expect(sent).toBeLessThan(128 * MIB);
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * MIB);
    expect((await call(api.url, 'GET', '/apis/v2beta1/pipelines')).text).toBe('{}');
  });

  it('that says it is larger than the cap is refused before it is read', async () => {
    const { status, sent } = await sendFile(1024 * MIB, { 'content-length': String(1024 * MIB + HEAD.length + 9) });
    expect(status).toBe(400);
    expect(sent).toBeLessThan(64 * MIB);
  });

  it('that ends early is refused and leaves the server well', async () => {
    const { hostname, port } = new URL(api.url);
    const request = httpRequest({ hostname, port, method: 'POST', path: '/apis/v2beta1/pipelines/upload', agent: false, headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '1000' } });
    request.on('error', () => {});
    request.write(HEAD);
    await new Promise((resolve) => setTimeout(resolve, 50));
    request.destroy();
    expect((await call(api.url, 'GET', '/apis/v2beta1/healthz')).status).toBe(200);
  });
});

describe('the cap', () => {
  let small: TestApi;
  const cap = HELLO_PIPELINE.length + 10;
  beforeAll(async () => {
    small = await startApi({ pipelineUploadLimit: cap });
  });
  afterAll(() => small.close());

  it('lets a file of just its size in and refuses one byte more', async () => {
    expect((await upload(small.url, '/apis/v2beta1/pipelines/upload?name=fits', { content: HELLO_PIPELINE + ' '.repeat(10) })).status).toBe(200);
    expect((await upload(small.url, '/apis/v2beta1/pipelines/upload?name=over', { content: HELLO_PIPELINE + ' '.repeat(11) })).status).toBe(400);
  });

  it('holds for a pipeline in a run too', async () => {
    const spec = { pipelineInfo: { name: 'x'.repeat(cap) } };
    const { status, json } = await call(small.url, 'POST', '/apis/v2beta1/runs', { body: { display_name: 'r', pipeline_spec: spec } });
    expect(status).toBe(400);
    expect(json.message).toContain(`at most ${cap}`);
  });

  it('holds for bodies of JSON, which are refused with 413', async () => {
    const { status } = await call(small.url, 'POST', '/apis/v2beta1/experiments', { body: `{"display_name":"${'x'.repeat(2 * MIB)}"}` });
    expect(status).toBe(413);
  });
});

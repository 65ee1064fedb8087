import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { millrace, type StreamEvent } from '@millrace/api-contract';
import { aPipeline, aRun, call } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';

let api: TestApi;
let pipelineId: string;
const open: ClientRequest[] = [];
beforeAll(async () => {
  api = await startApi();
  ({ pipelineId } = await aPipeline(api, 'streamed'));
});
afterEach(() => {
  for (const request of open.splice(0)) request.destroy();
});
afterAll(() => api.close());

interface Frame {
  readonly id: string;
  readonly event: StreamEvent;
}

/** Of the events of one server. */
const numberOf = (id: string) => Number(id.split('.')[0]);

/** A reading client: `next` gives the first frame, from now or before, that fits. */
async function connect(path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(api.url);
  const frames: { id: string; name: string; data: string }[] = [];
  let wake = () => {};
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, agent: false, headers }, resolve).on('error', reject);
    open.push(request);
    request.end();
  });
  response.on('error', () => {});
  let rest = '';
  response.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const field = (name: string) => part.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      frames.push({ id: field('id'), name: field('event'), data: field('data') });
    }
    wake();
  });
  const next = async (fits: (frame: { name: string; data: string }) => boolean) => {
    for (let from = 0; ; ) {
      const found = frames.slice(from).find(fits);
      if (found) return found;
      from = frames.length;
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no such frame among ${JSON.stringify(frames)}`)), 3000);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const event = async (fits: (event: StreamEvent) => boolean): Promise<Frame> => {
    const found = await next(({ data }) => fits(JSON.parse(data)));
    return { id: found.id, event: millrace.streamEvent.parse(JSON.parse(found.data)) };
  };
  return { response, frames, next, event };
}

const EVENTS = '/apis/millrace/v1/events';

describe('the event stream', () => {
  it('greets, then tells of a run and its tasks as they change', async () => {
    const client = await connect(EVENTS);
    expect(client.response.headers['content-type']).toContain('text/event-stream');
    const hello = await client.event(({ type }) => type === 'hello');
    const runId = await aRun(api, { pipelineId });
    const created = await client.event((event) => event.type === 'run' && event.run.id === runId);
    expect(created.event).toMatchObject({ run: { state: 'PENDING', experiment: { name: 'Default' }, pipeline: { name: 'streamed' } } });
    expect(numberOf(created.id)).toBeGreaterThan(numberOf(hello.id));
    await api.runs.finish(runId, 'SUCCEEDED');
    await client.event((event) => event.type === 'run' && event.run.state === 'SUCCEEDED');
    await client.event((event) => event.type === 'tasks' && event.run_id === runId && event.tasks[0]?.state === 'SUCCEEDED');
    await api.runs.delete(runId);
    await client.event((event) => event.type === 'run-deleted' && event.id === runId);
  });

  it('makes one event of many changes at once', async () => {
    const client = await connect(EVENTS);
    await client.event(({ type }) => type === 'hello');
    const runId = await aRun(api, { pipelineId });
    for (let change = 0; change < 20; change += 1) await api.database.runs.record({ runId, at: new Date(), run: { taskCounts: { RUNNING: change } } });
    await client.event((event) => event.type === 'run' && event.run.task_counts.RUNNING === 19);
    expect(client.frames.filter(({ data }) => data.includes(`"id":"${runId}"`)).length).toBeLessThan(8);
  });

  it('tells a client that comes back what it missed', async () => {
    const first = await connect(EVENTS);
    const hello = await first.event(({ type }) => type === 'hello');
    open.splice(0).forEach((request) => request.destroy());
    const runId = await aRun(api, { pipelineId });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await connect(EVENTS, { 'last-event-id': hello.id });
    const again = await second.event(({ type }) => type === 'hello');
    expect(again.event).toMatchObject({ revision: hello.id });
    await second.event((event) => event.type === 'run' && event.run.id === runId);
    expect(second.frames.some(({ name }) => name === 'reset')).toBe(false);
  });

  it.each(['1', '99999999999999', `${Date.now()}.elsewhere`, 'rubbish'])('tells a client with the unknown id %s to start over', async (id) => {
    const client = await connect(EVENTS, { 'last-event-id': id });
    await client.event(({ type }) => type === 'reset');
  });

  it("is in step with the revision of a run's page", async () => {
    const client = await connect(EVENTS);
    await client.event(({ type }) => type === 'hello');
    const runId = await aRun(api, { pipelineId });
    const created = await client.event((event) => event.type === 'run' && event.run.id === runId);
    const { json } = await call(api.url, 'GET', `/apis/millrace/v1/runs/${runId}`);
    expect(numberOf(json.revision)).toBeGreaterThanOrEqual(numberOf(created.id));
  });

  it('answers HEAD with the head alone', async () => {
    expect(await call(api.url, 'HEAD', EVENTS)).toMatchObject({ status: 200, text: '' });
  });

  it('drops a client that does not read', async () => {
    const { hostname, port } = new URL(api.url);
    const stuck = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({ hostname, port, path: EVENTS, agent: false }, resolve).on('error', reject);
      open.push(request);
      request.end();
    });
    stuck.pause();
    const closed = new Promise((resolve) => stuck.on('close', resolve).on('error', () => {}));
    const runId = await aRun(api, { pipelineId });
    const message = 'x'.repeat(1_000_000);
    for (let round = 0; round < 20; round += 1) {
      await api.database.runs.record({ runId, at: new Date(), run: { error: `${round} ${message}` } });
      await new Promise((resolve) => setTimeout(resolve, 110));
      if (stuck.destroyed) break;
    }
    stuck.resume();
    await closed;
  }, 20_000);
});

describe("a task's log", () => {
  it('is read by page, streamed to its end and downloaded', async () => {
    const runId = await aRun(api, { pipelineId });
    const [task] = await api.database.tasks.list(runId);
    const logs = `/apis/millrace/v1/runs/${runId}/tasks/${task!.id}/logs`;
    expect((await call(api.url, 'GET', logs)).json).toEqual({ lines: [], next_offset: 0, size_bytes: 0, complete: false });
    expect((await call(api.url, 'GET', `${logs}/download`)).status).toBe(404);

    await api.database.runs.record({ runId, at: new Date(), tasks: [{ path: task!.path, attempts: [{ nodeId: 'node-1', index: 0, state: 'RUNNING' }] }] });
    api.logs.texts.set('node-1', 'one\nзwei\n');
    expect((await call(api.url, 'GET', `${logs}?attempt=0&from=tail&limit_bytes=100`)).json.lines.map(({ text }: { text: string }) => text)).toEqual(['one', 'зwei']);
    expect((await call(api.url, 'GET', `${logs}?attempt=7`)).status).toBe(404);
    expect((await call(api.url, 'GET', `${logs}?from=-1`)).status).toBe(400);
    expect(await call(api.url, 'GET', `${logs}/download`)).toMatchObject({ text: 'one\nзwei\n', headers: { 'content-disposition': expect.stringContaining('root-hello.log') } });
    expect(await call(api.url, 'GET', `/apis/v1alpha1/runs/${runId}/nodes/node-1/log`)).toMatchObject({ status: 200, text: 'one\nзwei\n' });

    const stream = await connect(`${logs}/stream?from=0`);
    const page = await stream.next(({ name }) => name === 'page');
    expect(JSON.parse(page.data).lines).toHaveLength(2);
    await stream.next(({ name }) => name === 'end');
  });

  it('is waited for while the task has not started, and ends with a task that never does', async () => {
    const runId = await aRun(api, { pipelineId });
    const [task] = await api.database.tasks.list(runId);
    const address = `/apis/millrace/v1/runs/${runId}/tasks/${task!.id}/logs/stream`;
    const stream = await connect(address);
    api.logs.texts.set('node-2', 'at last\n');
    await api.database.runs.record({ runId, at: new Date(), tasks: [{ path: task!.path, attempts: [{ nodeId: 'node-2', index: 0, state: 'RUNNING' }] }] });
    expect((await stream.next(({ name }) => name === 'page')).data).toContain('at last');

    const other = await aRun(api, { pipelineId });
    const [skipped] = await api.database.tasks.list(other);
    const waiting = await connect(`/apis/millrace/v1/runs/${other}/tasks/${skipped!.id}/logs/stream`);
    await api.database.runs.record({ runId: other, at: new Date(), tasks: [{ path: skipped!.path, state: 'SKIPPED', finishedAt: new Date() }] });
    await waiting.next(({ name }) => name === 'end');
  });
});

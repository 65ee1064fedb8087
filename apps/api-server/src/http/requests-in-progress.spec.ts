import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startApi } from '../testing/start-api.js';

/** Begins a POST and waits with the end of its body. */
function slowPost(url: string, body: string): { finish(): void; readonly answer: Promise<number | undefined> } {
  const outgoing = request(`${url}/apis/v2beta1/experiments`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } });
  const answer = new Promise<number | undefined>((resolve) => {
    outgoing.once('response', (response) => resolve(response.resume().statusCode));
    outgoing.once('error', () => resolve(undefined));
  });
  outgoing.write(body.slice(0, 5));
  return { finish: () => void outgoing.end(body.slice(5)), answer };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the end of the server', () => {
  it('waits for a request that is under way, and not for streams of events', async () => {
    const api = await startApi();
    const events = await fetch(`${api.url}/apis/millrace/v1/events`);
    const post = slowPost(api.url, JSON.stringify({ display_name: 'late' }));
    await pause(100);
    const began = performance.now();
    const closed = api.server.close({ graceMs: 10_000 });
    await pause(200);
    post.finish();
    expect(await post.answer).toBe(200);
    await closed;
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await api.database.experiments.findByName('kubeflow', 'late'))?.name).toBe('late');
    await events.body?.cancel().catch(() => undefined);
    await api.close();
  });

  it('does not wait longer than it was told', async () => {
    const api = await startApi();
    const post = slowPost(api.url, JSON.stringify({ display_name: 'never' }));
    await pause(100);
    const began = performance.now();
    await api.server.close({ graceMs: 300 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await post.answer).toBeUndefined();
    await api.close();
  });
});

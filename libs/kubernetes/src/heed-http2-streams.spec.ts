import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, expect, it } from 'vitest';
import { KubeClient } from './kube-client.js';

const server = createServer();
server.on('session', (session) => session.on('error', () => undefined));
server.on('stream', (stream) => stream.on('error', () => undefined));

afterEach(() => void server.close());

it('survives the error of an HTTP/2 stream that nobody listens to any more', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: true }, { name: 'u' });
  expect(new KubeClient(config).server).toBe('https://127.0.0.1:1');
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtException', note);
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  await once(session, 'connect');
  const stream = session.request({ ':path': '/' });
  const closed = new Promise((done) => stream.once('close', done));
  session.destroy(new Error('the connection is given up'));
  await closed;
  await new Promise((next) => setTimeout(next, 50));
  process.off('uncaughtException', note);
  expect(uncaught).toEqual([]);
});

/** A client that gives up a request with a body after `GIVE_UP` and goes on, in a process of its own: what it tests for cannot be stopped from within. */
const GIVING_UP = `
  import { createServer } from 'node:http2';
  import { Agent, request } from 'undici';
  import { heedHttp2Streams } from './heed-http2-streams.ts';
  heedHttp2Streams();
  const server = createServer().on('stream', (stream, { ':path': path }) => {
    stream.on('error', () => undefined);
    stream.on('close', () => path === '/unread' && console.log('reset', stream.rstCode));
    if (path === '/answered') stream.resume().respond({ ':status': 200 }, { endStream: true });
    else setTimeout(() => stream.resume(), 600);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const dispatcher = new Agent({ useH2c: true });
  const ask = (path, options) => request('http://127.0.0.1:' + server.address().port + path, { method: 'PATCH', body: '{}', dispatcher, ...options });
  const answered = async () => {
    const { statusCode, body } = await ask('/answered');
    await body.dump();
    console.log('answered', statusCode);
  };
  await answered();
  await new Promise((turn) => setTimeout(turn, 50));
  if (process.env.GIVE_UP === 'unsent') {
    const abort = new AbortController();
    const given = ask('/unsent', { signal: abort.signal });
    abort.abort();
    await given.catch(({ name }) => console.log(name));
  } else {
    await ask('/unread', { body: Buffer.alloc(200_000), headersTimeout: 200 }).catch(({ code }) => console.log(code));
  }
  await new Promise((turn) => setTimeout(turn, 800));
  await answered();
  process.exit(0);
`;

it.each([
  ['unsent', ['answered 200', 'AbortError', 'answered 200']],
  ['unread', ['answered 200', 'UND_ERR_HEADERS_TIMEOUT', 'reset 8', 'answered 200']],
])('goes on after it gave up a request whose body is %s', async (how, lines) => {
  // Without the fix it fills all memory there is; the limit makes that an end of this process alone.
  const args = ['-c', 'ulimit -d 800000; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', GIVING_UP];
  const { stdout } = await promisify(execFile)('sh', args, { cwd: import.meta.dirname, env: { ...process.env, GIVE_UP: how }, timeout: 15_000, killSignal: 'SIGKILL' });
  expect(stdout.trim().split('\n')).toEqual(lines);
});

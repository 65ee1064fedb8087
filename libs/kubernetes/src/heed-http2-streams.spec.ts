import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
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

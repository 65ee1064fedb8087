import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checks } from './checks.js';
import { serveProbes, type ProbeServer } from './probe-server.js';

describe('probes', () => {
  let server: ProbeServer;
  let ready: Checks;
  beforeEach(async () => {
    ready = new Checks();
    server = await serveProbes({ host: '127.0.0.1', port: 0, live: new Checks(), ready, metrics: new Registry() });
  });
  afterEach(() => server.close());
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };

  it('are good while every check is, and name the one that is not', async () => {
    let problem: string | undefined;
    ready.set('database', () => problem);
    ready.set('watches', async () => undefined);
    expect(await get('/readyz')).toEqual([200, '[+] database\n[+] watches\nok\n']);
    problem = 'it does not answer';
    expect(await get('/readyz')).toEqual([503, '[-] database: it does not answer\n[+] watches\nnot ok\n']);
    expect(await get('/livez')).toEqual([200, '\nok\n']);
  });

  it('take a check that throws or does not answer for one that fails', async () => {
    ready.set('throws', () => Promise.reject(new Error('broken')));
    ready.set('hangs', () => new Promise(() => undefined));
    expect(await get('/readyz')).toEqual([503, '[-] throws: broken\n[-] hangs: no answer within 2000 ms\nnot ok\n']);
  });

  it('serve metrics, and nothing else', async () => {
    expect((await get('/metrics'))[0]).toBe(200);
    expect((await get('/'))[0]).toBe(404);
  });
});

import { createServer, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Checks } from './checks.js';

export interface ProbeServer {
  readonly port: number;
  close(): Promise<void>;
}

export type Report = () => Promise<unknown>;

/** Serves `/livez`, `/readyz` and `/metrics` on a port of their own, which no user reaches. */
export async function serveProbes({ host, port, live, ready, metrics, reports = new Map() }: { readonly host: string; readonly port: number; readonly live: Checks; readonly ready: Checks; readonly metrics: Registry; readonly reports?: ReadonlyMap<string, Report> }): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    void answer(request.method, new URL(request.url ?? '/', 'http://probe').pathname, response).catch(() => response.destroy());
  });
  const answer = async (method: string | undefined, path: string, response: ServerResponse): Promise<void> => {
    if (method !== 'GET' && method !== 'HEAD') return end(response, 405, 'only GET\n');
    if (path === '/livez') return tell(response, live);
    if (path === '/readyz') return tell(response, ready);
    const report = reports.get(path);
    if (report !== undefined) return end(response, 200, JSON.stringify(await report()), 'application/json; charset=utf-8');
    if (path !== '/metrics') return end(response, 404, '/livez, /readyz and /metrics are here\n');
    end(response, 200, await metrics.metrics(), metrics.contentType);
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function tell(response: ServerResponse, checks: Checks): Promise<void> {
  const failures = await checks.failures();
  const lines = checks.names.map((name) => (failures.has(name) ? `[-] ${name}: ${failures.get(name)}` : `[+] ${name}`));
  end(response, failures.size === 0 ? 200 : 503, `${lines.join('\n')}\n${failures.size === 0 ? 'ok' : 'not ok'}\n`);
}

function end(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);
}

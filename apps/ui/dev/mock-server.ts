// Serves the built pages with a made-up server behind them: `npm run dev -w @millrace/ui`, after a build.
// Options: --port 7700, --base /pipeline, --empty, --still (nothing moves).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MockApi } from './mock-api';
import { loadExport } from './serve-export';

const { values } = parseArgs({ options: { port: { type: 'string', default: '7700' }, base: { type: 'string', default: '' }, empty: { type: 'boolean', default: false }, still: { type: 'boolean', default: false } } });
const base = values.base.replace(/\/+$/, '');
const pages = loadExport(join(dirname(fileURLToPath(import.meta.url)), '..', 'out'), base);
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; form-action 'self'; object-src 'none'";
const port = Number(values.port);
const api = new MockApi({ baseUrl: `http://127.0.0.1:${port}${base}`, empty: values.empty, still: values.still });

createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 13, message: String(error), details: [] }));
  });
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}${base}/`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (base !== '' && url.pathname !== base && !url.pathname.startsWith(`${base}/`)) {
    response.writeHead(404).end();
    return;
  }
  const path = url.pathname.slice(base.length) || '/';
  if (path.startsWith('/apis/')) return api.answer(request, response, path, url.searchParams);
  const page = pages(decodeURIComponent(path));
  response.writeHead(page.status, { 'content-type': page.type, 'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-cache', ...(page.type.startsWith('text/html') && { 'content-security-policy': POLICY }) });
  response.end(page.body);
}

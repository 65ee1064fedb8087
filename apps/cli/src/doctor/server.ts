import { createServer } from 'node:net';
import { millraceRoutes, type ServerInfo } from '@millrace/api-contract';
import { failure, fine, warning, type Check, type Outcome } from '@millrace/doctor';
import type { MachineContext } from './machine-context.js';

const TIMEOUT_MS = 5_000;

/** Who has the port: Millrace, somebody else, or nobody. */
export const server: Check<MachineContext> = {
  name: 'server',
  async examine({ settings, folder }) {
    const { port } = settings;
    if (port === 0) return [fine('Any free port is taken.')];
    const obstacle = await listenOn(port);
    if (obstacle === undefined) return [fine(`No server runs; port ${port} is free.`)];
    if (obstacle !== 'EADDRINUSE') return [failure({ what: `Port ${port} cannot be used (${obstacle}).`, why: 'Millrace does not start there.', remedy: 'Choose a port above 1024 with --port.' })];
    return examineServer(`http://127.0.0.1:${port}${settings.basePath}`, settings.token, folder.path);
  },
};

async function examineServer(url: string, token: string | undefined, folder: string): Promise<Outcome[]> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(url + millraceRoutes.server(), { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: Error) => error);
  if (response instanceof Error) return [failure({ what: `Something has the port of ${url} and does not answer (${response.name === 'TimeoutError' ? 'no answer in 5 s' : response.message}).`, why: 'A server that hangs answers nobody; another program has the port otherwise.', remedy: `See who it is: ss -ltnp 'sport = :${new URL(url).port}'. Choose another port with --port.` })];
  if (response.status === 401) return [fine(`A server is at ${url}; it asks for a token (--token).`)];
  const info = (await response.json().catch(() => ({}))) as Partial<ServerInfo>;
  if (info.version === undefined) return [failure({ what: `Another program has the port of ${url}.`, why: 'Millrace does not start there.', remedy: 'Choose another port with --port or MILLRACE_PORT.' })];
  const found = fine(`Millrace ${info.version} is at ${url}, with the data of ${info.data_folder ?? 'somewhere else'}.`);
  const warnings = (info.warnings ?? []).map((what) => warning({ what, why: 'The server says so.', remedy: 'Do what it says.' }));
  if (info.data_folder === undefined || info.data_folder === folder) return [found, ...warnings];
  return [found, ...warnings, warning({ what: `It has another data folder than the one looked at, ${folder}.`, why: 'What is told here is not of that server.', remedy: `millrace doctor --data-dir ${info.data_folder}` })];
}

/** Why nobody can listen there now, as the system calls it. */
function listenOn(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}

// For scripts that start a server of their own for a test: where programs are, a free port, and whether it answers.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

const SEARCHED = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/local/go/bin'];
const START_TIMEOUT_MS = 60_000;

/** The first of these programs that is on PATH or where servers are. */
export const findProgram = (...names) => SEARCHED.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));

/** A program that is on PATH, or one built from its Go module once and kept in the user's cache; throws why there is none. */
export function findOrBuild(name, module) {
  const found = findProgram(name);
  if (found) return found;
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace', 'bin');
  const built = join(folder, name);
  if (existsSync(built)) return built;
  const go = findProgram('go');
  if (!go) throw new Error(`there is no ${name} on PATH, nor Go to build it with`);
  console.log(`building ${name} (once, some minutes) …`);
  mkdirSync(folder, { recursive: true });
  const result = spawnSync(go, ['install', '-trimpath', module], { encoding: 'utf8', env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' } });
  if (result.status !== 0) throw new Error(`${name} cannot be built (${(result.stderr ?? '').trim().split('\n').at(-1)})`);
  return built;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Whether something listens on the port before a minute is over or `isAlive` is no longer true. */
export async function untilListening(port, isAlive) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && isAlive()) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Runs a command with more in its environment, passes signals on, and answers its exit status. */
export function runCommand(command, args, env) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** Ends a server that this process started: asked first, then by force. */
export async function stopServer(server) {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const timer = setTimeout(() => server.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(timer);
}

// Runs on the machine's own Node (>= 20), before anything is installed: finds a Node that is new enough, installs what is missing.
// No dependencies and no syntax newer than Node 20 here.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NEEDED = [22, 19];

const isNewEnough = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
};

export function stop(message) {
  console.error(`millrace: ${message}`);
  process.exit(1);
}

/** The Node to go on with: this one where it is new enough, else the one that npm brought (Linux). */
export function findNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const brought = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  return existsSync(brought) ? brought : undefined;
}

/** Installs when node_modules is missing or older than the lock file. */
export function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    stop(`Node ${process.version} is too old; install Node 20 or newer and start again.`);
  }
  if (process.platform !== 'linux' && !isNewEnough(process.version)) {
    stop(`Node ${process.version} is too old on ${process.platform}; install Node ${NEEDED.join('.')} or newer and start again.`);
  }
  const stamp = join(root, 'node_modules', '.millrace-installed');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    console.log('millrace: installing packages (once, about a minute) …');
    const npm = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
    const result = spawnSync(npm[0], [...npm[1], 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, NX_DAEMON: 'false' },
    });
    if (result.status !== 0) stop('"npm ci" failed (see above). Is the npm registry reachable, and is this folder writable?');
    writeFileSync(stamp, lock);
  }
  const node = findNode();
  if (node === undefined) stop(`no Node ${NEEDED.join('.')} or newer for ${process.platform} ${process.arch}; install one and start again.`);
  return node;
}

/** The environment for everything that follows: the chosen Node first on PATH. */
export function environmentFor(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(':');
  return { ...process.env, PATH: path, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NEXT_TELEMETRY_DISABLED: '1', FORCE_COLOR: process.env.FORCE_COLOR ?? '0' };
}

/** Runs a script of ours with the chosen Node; ends this process when it fails. */
export function runScript(node, script, args = []) {
  const result = spawnSync(node, [join(root, 'scripts', script), ...args], { cwd: root, stdio: 'inherit', env: environmentFor(node) });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

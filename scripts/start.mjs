// `npm start`: installs and builds what is missing, then serves. Options go to `millrace up`: npm start -- --port 7601;
// another command of the program may be named: npm start -- backup my.tar
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, environmentFor, root, runScript } from './ensure.mjs';
import { isBuilt } from './build-stamp.mjs';

const node = ensureInstalled();
if (!isBuilt(root)) runScript(node, 'build.mjs');

const given = process.argv.slice(2);
const args = given[0] === undefined || given[0].startsWith('-') ? ['up', ...given] : given;
const server = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'apps', 'cli', 'dist', 'millrace.mjs'), ...args], {
  stdio: 'inherit',
  env: environmentFor(node),
});
// Ctrl-C reaches the whole foreground group; a plain kill reaches only us and is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));
process.on('SIGHUP', () => server.kill('SIGHUP'));
server.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));

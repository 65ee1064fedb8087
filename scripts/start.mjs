// `npm start`: installs and builds what is missing, then serves. Arguments go to `millrace up`: npm start -- --port 7601
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, environmentFor, root, runScript } from './ensure.mjs';
import { isBuilt } from './build-stamp.mjs';

const node = ensureInstalled();
if (!isBuilt(root)) runScript(node, 'build.mjs');

const server = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'apps', 'cli', 'dist', 'millrace.mjs'), 'up', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: environmentFor(node),
});
// Ctrl-C reaches the whole foreground group; a plain kill reaches only us and is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => server.kill('SIGTERM'));
process.on('SIGHUP', () => server.kill('SIGHUP'));
server.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));

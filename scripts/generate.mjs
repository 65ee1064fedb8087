// `npm run generate`: all generated code. `--check` fails when a committed generated file is not what the generators write.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root, stop } from './ensure.mjs';

const node = ensureInstalled();
const env = environmentFor(node);
const run = (args) => spawnSync(node, args, { cwd: root, stdio: 'inherit', env }).status === 0;
const changes = () => spawnSync('git', ['status', '--porcelain', '--', 'libs', 'apps', 'charts'], { cwd: root, encoding: 'utf8' }).stdout;

const before = changes();
const made = run([join(root, 'scripts', 'generate-argo-types.mjs')]) && run([join(root, 'scripts', 'generate-chart.mjs')]) && run([join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run-many', '-t', 'generate']);
if (!made) stop('generating failed (see above).');
if (process.argv.includes('--check')) {
  const after = changes();
  if (after !== before) stop(`generated files are stale; run "npm run generate" and commit:\n${after}`);
  console.log('generate: committed files are up to date');
}

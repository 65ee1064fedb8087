// `npm run test:install`: builds the image, looks at it, and installs it by the chart on the cluster of ../shared/cluster, with stores of its own and, where its
// controller is on this machine, the real Argo. TEST_PREVIOUS=<commit> upgrades from the chart and the image of that commit; TEST_NODE_IMAGE names the base.
// Says SKIPPED and succeeds where there is no container engine, no base or no cluster.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBuilt } from './build-stamp.mjs';
import { environmentFor, ensureInstalled, root, runScript } from './ensure.mjs';
import { ensureCluster, helm, runSuite } from './run-suite.mjs';

const node = ensureInstalled();
if (!isBuilt(root)) runScript(node, 'build.mjs');
const missing = ensureCluster();
if (missing !== undefined) console.log(`the chart's installation: SKIPPED, ${missing}`);
const folder = mkdtempSync(join(tmpdir(), 'millrace-install-'));
const file = join(folder, 'install.json');
process.on('exit', () => {
  const { stop } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (stop !== undefined) spawnSync(stop[0], stop.slice(1), { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
});
const prepared = spawnSync(node, ['--disable-warning=ExperimentalWarning', '--conditions=@millrace/source', '--import', 'tsx', join(root, 'e2e', 'src', 'install', 'prepare.ts'), file], { cwd: root, stdio: 'inherit', env: environmentFor(node) });
if (prepared.status !== 0) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
runSuite(node, 'vitest.install.config.ts', process.argv.slice(2), { ...helm(), TEST_INSTALL: file });

// `npm run e2e:cluster -- [PIPELINE…]`: our pipelines on a cluster that has Argo Workflows, compared with the same on this machine; see docs/cluster.md.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isBuilt } from './build-stamp.mjs';
import { bundleServices } from './bundle-services.mjs';
import { environmentFor, ensureInstalled, root, runScript } from './ensure.mjs';

const node = ensureInstalled();
if (!isBuilt(root) && !process.env.MILLRACE_E2E_PROGRAM) runScript(node, 'build.mjs');
bundleServices(node, ['api-server', 'persistence-agent', 'scheduled-workflow-controller']);
const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', '--conditions=@millrace/source', '--import', 'tsx', join(root, 'e2e', 'src', 'cluster', 'main.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: environmentFor(node),
});
process.exit(result.status ?? 1);

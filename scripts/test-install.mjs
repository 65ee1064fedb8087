// `npm run test:install`: builds the image, looks at it, and installs it by the chart on the cluster of ../shared/cluster, with stores of its own and, where its
// controller is on this machine, the real Argo. TEST_PREVIOUS=<commit> upgrades from the chart and the image of that commit; TEST_NODE_IMAGE names the base.
// Says SKIPPED and succeeds where there is no container engine, no base or no cluster.
import { isBuilt } from './build-stamp.mjs';
import { ensureInstalled, root, runScript } from './ensure.mjs';
import { ensureCluster, helm, runSuite } from './run-suite.mjs';

const node = ensureInstalled();
if (!isBuilt(root)) runScript(node, 'build.mjs');
const missing = ensureCluster();
if (missing !== undefined) console.log(`the chart's installation: SKIPPED, ${missing}`);
runSuite(node, 'vitest.install.config.ts', process.argv.slice(2), helm());

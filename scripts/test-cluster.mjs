// `npm run test:cluster`: what needs a Kubernetes API server. One of its own from the programs of ../shared/cluster, which are installed where this user
// may; or the one of TEST_KUBECONFIG. Says SKIPPED and succeeds where there is none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './ensure.mjs';
import { ensureCluster, helm, runSuite } from './run-suite.mjs';

const node = ensureInstalled();

function skip(reason) {
  console.log(`tests on a Kubernetes API server: SKIPPED, ${reason}`);
  console.log('0 passed, 0 failed');
  process.exit(0);
}

if (!existsSync(join(root, '..', 'shared', 'contracts', 'argo-crds'))) skip('../shared/contracts is missing (the definitions of Workflow and ScheduledWorkflow)');
if (process.env.TEST_KUBECONFIG === undefined) {
  const missing = ensureCluster();
  if (missing !== undefined) skip(`${missing}, and TEST_KUBECONFIG names no cluster`);
} else {
  console.log('TEST_KUBECONFIG is set: tests that stop and start the API server are skipped');
}
runSuite(node, 'vitest.cluster.config.ts', process.argv.slice(2), helm());

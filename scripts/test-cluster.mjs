// `npm run test:cluster`: what needs a Kubernetes API server. One of its own from the programs of ../shared/cluster, which are installed where this user
// may; or the one of TEST_KUBECONFIG. Says SKIPPED and succeeds where there is none.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root } from './ensure.mjs';
import { findOrBuild } from './private-server.mjs';

const node = ensureInstalled();
const shared = join(root, '..', 'shared');
const installer = join(shared, 'cluster', 'install.sh');
const program = join(process.env.CLUSTER_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace-cluster'), 'bin', 'k8s');

function skip(reason) {
  console.log(`tests on a Kubernetes API server: SKIPPED, ${reason}`);
  console.log('0 passed, 0 failed');
  process.exit(0);
}

if (!existsSync(join(shared, 'contracts', 'argo-crds'))) skip('../shared/contracts is missing (the definitions of Workflow and ScheduledWorkflow)');
if (process.env.TEST_KUBECONFIG === undefined && !existsSync(program)) {
  if (!existsSync(installer)) skip('../shared/cluster is missing and TEST_KUBECONFIG names no cluster');
  if (userInfo().uid !== 0) skip('../shared/cluster can only be installed by root; install it, or name a cluster in TEST_KUBECONFIG');
  console.log('installing ../shared/cluster (some minutes) …');
  const installed = spawnSync('bash', [installer], { stdio: ['ignore', 'ignore', 'inherit'] });
  // Its programs are what is needed here; the images of its pods are not.
  if (!existsSync(program)) skip(`../shared/cluster cannot be installed (exit ${installed.status})`);
}

/** For the chart's tests, which skip out loud without it. */
function helm() {
  try {
    return { TEST_HELM: findOrBuild('helm', 'helm.sh/helm/v3/cmd/helm@v3.19.0') };
  } catch (error) {
    console.log(`tests of the chart: SKIPPED, ${error.message}`);
    return {};
  }
}

const report = join(root, 'node_modules', '.cache', 'cluster-tests.json');
rmSync(report, { force: true });
const result = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.cluster.config.ts', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: { ...environmentFor(node), ...helm() } });
if (!existsSync(report)) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
// A file that fails to load has no failed test.
const failed = numFailedTests === 0 && result.status !== 0 ? Math.max(1, numFailedTestSuites) : numFailedTests;
if (numPendingTests > 0) console.log(`${numPendingTests} skipped: they stop and start the API server, which must be one of their own (TEST_KUBECONFIG is set)`);
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

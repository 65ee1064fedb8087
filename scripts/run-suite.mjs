// For scripts that run one suite of vitest which needs more than this checkout: the suite's totals, and the cluster and the helm that such suites need.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { environmentFor, root } from './ensure.mjs';
import { findOrBuild } from './private-server.mjs';

/** Runs the suite, says its totals in the last line, and ends this process. */
export function runSuite(node, config, args, env) {
  const report = join(root, 'node_modules', '.cache', `${config}.json`);
  rmSync(report, { force: true });
  const result = spawnSync(node, ['node_modules/vitest/vitest.mjs', 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], { cwd: root, stdio: 'inherit', env: { ...environmentFor(node), ...env } });
  if (!existsSync(report)) {
    console.log('0 passed, 1 failed');
    process.exit(1);
  }
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that fails to load has no failed test.
  const failed = numFailedTests === 0 && result.status !== 0 ? Math.max(1, numFailedTestSuites) : numFailedTests;
  if (numPendingTests > 0) console.log(`${numPendingTests} skipped, for the reasons above`);
  console.log(`${numPassedTests} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

/** Installs `../shared/cluster` where it is not and this user may; the reason why its programs are missing, or undefined. */
export function ensureCluster() {
  const program = join(process.env.CLUSTER_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'millrace-cluster'), 'bin', 'k8s');
  if (existsSync(program)) return undefined;
  const installer = join(root, '..', 'shared', 'cluster', 'install.sh');
  if (!existsSync(installer)) return '../shared/cluster is missing';
  if (userInfo().uid !== 0) return '../shared/cluster can only be installed by root';
  console.log('installing ../shared/cluster (some minutes) …');
  const installed = spawnSync('bash', [installer], { stdio: ['ignore', 'ignore', 'inherit'] });
  // Its programs are what most suites need; who needs the images of its pods asks for them.
  return existsSync(program) ? undefined : `../shared/cluster cannot be installed (exit ${installed.status})`;
}

/** For the chart's tests, which skip out loud without it. */
export function helm() {
  try {
    return { TEST_HELM: findOrBuild('helm', 'helm.sh/helm/v3/cmd/helm@v3.19.0') };
  } catch (error) {
    console.log(`tests of the chart: SKIPPED, ${error.message}`);
    return {};
  }
}

// `npm test`: installs, builds, runs every test that this machine can run. What it cannot run it names.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBuilt } from './build-stamp.mjs';
import { environmentFor, ensureInstalled, root, runScript } from './ensure.mjs';

const node = ensureInstalled();
if (!isBuilt(root)) runScript(node, 'build.mjs');

const reports = mkdtempSync(join(tmpdir(), 'millrace-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

function suite(name, config) {
  const report = join(reports, `${name}.json`);
  console.log(`\n== ${name}`);
  const result = spawnSync(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    cwd: root,
    stdio: 'inherit',
    env: environmentFor(node),
  });
  if (!existsSync(report)) {
    totals.failed += 1;
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += numPassedTests;
  totals.failed += numFailedTests;
  totals.skipped += numPendingTests;
  // A file that fails to load has no failed test.
  if (result.status !== 0 && numFailedTests === 0) totals.failed += Math.max(1, numFailedTestSuites);
}

function pagesSuite() {
  console.log('\n== pages, with a made-up server behind them');
  if (!existsSync(process.env.CHROMIUM ?? '/usr/bin/chromium')) {
    console.log('SKIPPED: there is no /usr/bin/chromium; install it (Debian: apt install chromium) or name one in CHROMIUM');
    return;
  }
  const report = join(reports, 'pages.json');
  spawnSync(node, [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test', '-c', 'playwright.config.ts', '--reporter=list,json'], {
    cwd: join(root, 'apps', 'ui'),
    stdio: 'inherit',
    env: { ...environmentFor(node), PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  });
  if (!existsSync(report)) {
    totals.failed += 1;
    return;
  }
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(report, 'utf8')).stats;
  totals.passed += expected + flaky;
  // A suite that could not begin has run nothing, which is no success.
  totals.failed += expected + flaky + unexpected + skipped === 0 ? 1 : unexpected;
  totals.skipped += skipped;
}

suite('libraries', 'vitest.config.ts');
pagesSuite();
suite('end to end', 'e2e/vitest.config.ts');
rmSync(reports, { recursive: true, force: true });

if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped: each says why above`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);

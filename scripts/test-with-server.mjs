// `npm run test:mariadb`, `npm run test:s3`: a library's suite with a server that is started for it. Skips out loud where it cannot be had.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root } from './ensure.mjs';

const [launcher, ...suites] = process.argv.slice(2);
if (!launcher || suites.length === 0) {
  console.error('usage: node scripts/test-with-server.mjs with-NAME.mjs <folder of tests> …');
  process.exit(2);
}
const node = ensureInstalled();
const report = join(root, 'node_modules', '.cache', `${launcher}.json`);
mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true });
rmSync(report, { force: true });
const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...suites, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const result = spawnSync(node, [join(root, 'scripts', launcher), node, ...vitest], { cwd: root, stdio: 'inherit', env: environmentFor(node) });
// No report: the launcher has said that it skips, or why it failed.
const { numPassedTests, numFailedTests } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { numPassedTests: 0, numFailedTests: result.status === 0 ? 0 : 1 };
console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
process.exit(result.status ?? 1);

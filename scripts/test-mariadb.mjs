// `npm run test:mariadb`: the database suite on a MariaDB that is started for it. Skips out loud where there is none.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root } from './ensure.mjs';

const node = ensureInstalled();
const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'libs/database', '--reporter=default', '--reporter=json', '--outputFile.json=node_modules/.cache/mariadb-tests.json'];
const result = spawnSync(node, [join(root, 'scripts', 'with-mariadb.mjs'), node, ...vitest], { cwd: root, encoding: 'utf8', env: environmentFor(node), maxBuffer: 64 * 1024 * 1024 });
process.stdout.write(result.stdout + result.stderr);
if (/SKIPPED/.test(result.stdout) && result.status === 0 && !/Tests /.test(result.stdout)) {
  console.log('0 passed, 0 failed');
  process.exit(0);
}
const { readFileSync } = await import('node:fs');
const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(join(root, 'node_modules/.cache/mariadb-tests.json'), 'utf8'));
console.log(`${numPassedTests} passed, ${numFailedTests} failed`);
process.exit(result.status ?? 1);

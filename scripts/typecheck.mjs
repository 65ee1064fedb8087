// `npm run typecheck`: strict TypeScript over libraries and programs, then over the pages, the end-to-end tests and the benches.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root } from './ensure.mjs';

const node = ensureInstalled();
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const projects = [['-b'], ['-p', 'apps/ui', '--noEmit'], ['-p', 'e2e', '--noEmit'], ['-p', 'bench', '--noEmit']];
let failed = false;
for (const args of projects) {
  const result = spawnSync(node, [tsc, ...args], { cwd: root, stdio: 'inherit', env: environmentFor(node) });
  failed ||= result.status !== 0;
}
console.log(failed ? 'types: failed' : 'types: clean');
process.exit(failed ? 1 : 0);

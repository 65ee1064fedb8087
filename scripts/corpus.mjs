// `npm run corpus -- FOLDER`: what becomes of every compiled pipeline in a folder; see `npm run corpus -- --help`.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { isBuilt } from './build-stamp.mjs';
import { environmentFor, ensureInstalled, root, runScript } from './ensure.mjs';

const node = ensureInstalled();
if (!isBuilt(root) && !process.env.MILLRACE_E2E_PROGRAM) runScript(node, 'build.mjs');

// npm changes into the project; paths are meant from where the user stands.
const from = process.env.INIT_CWD ?? process.cwd();
const args = process.argv.slice(2).map((arg, index, all) => (arg.startsWith('-') || (index > 0 && /^--(executor|timeout)$/.test(all[index - 1])) ? arg : resolve(from, arg)));
const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', '--conditions=@millrace/source', '--import', 'tsx', join(root, 'e2e', 'src', 'corpus', 'main.ts'), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: environmentFor(node),
});
process.exit(result.status ?? 1);

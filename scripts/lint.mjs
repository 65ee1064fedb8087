// `npm run lint`: oxlint for everything, eslint for the module boundaries. A boundary check that could not run is a failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root } from './ensure.mjs';

const node = ensureInstalled();
const env = environmentFor(node);
const run = (command, args) => spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
const bin = (name) => join(root, 'node_modules', '.bin', name);
let failed = false;

const oxlint = run(bin('oxlint'), ['--deny-warnings']);
process.stdout.write(oxlint.stdout + oxlint.stderr);
failed ||= oxlint.status !== 0;

// Nx's rule reads the cached project graph; make it first.
const graph = run(bin('nx'), ['show', 'projects']);
const eslint = run(bin('eslint'), ['apps', 'libs', '--quiet']);
const output = eslint.stdout + eslint.stderr;
process.stdout.write(output);
if (graph.status !== 0 || output.includes('The rule will be skipped')) {
  console.error('lint: the module boundaries were not checked: no project graph');
  failed = true;
}
failed ||= eslint.status !== 0;

console.log(failed ? 'lint: failed' : 'lint: clean');
process.exit(failed ? 1 : 0);

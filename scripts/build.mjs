// `npm run build`: generated code, the pages, the one-file program, and the Python environment of the sample.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentFor, ensureInstalled, root, stop } from './ensure.mjs';
import { markBuilt, sourceStamp } from './build-stamp.mjs';

const node = ensureInstalled();
const stamp = sourceStamp(root);
const started = Date.now();
console.log('millrace: building …');
const result = spawnSync(node, [join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run-many', '-t', 'generate', 'build', '--output-style=stream'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  env: environmentFor(node),
});
if (result.status !== 0) {
  // What the user can mend is said in one sentence; the rest is for whoever changes the code.
  const sentence = /millrace: (.+)/.exec(result.stdout + result.stderr)?.[1];
  if (sentence !== undefined) stop(sentence);
  console.error(result.stdout, result.stderr);
  stop('the build failed (see above).');
}
if (process.argv.includes('--verbose')) console.log(result.stdout);
markBuilt(root, stamp);
console.log(`millrace: built in ${((Date.now() - started) / 1000).toFixed(0)} s`);

// Makes dist/: the program, in an entry and pieces that are read when they are needed, and beside it what it reads at run time.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../../../scripts/bundle-options.mjs';

const app = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(app, 'dist');
const workspace = dirname(dirname(app));
mkdirSync(dist, { recursive: true });

const { metafile } = await build({
  entryPoints: { millrace: join(app, 'src', 'main.ts'), 'millrace-parse-worker': join(workspace, 'apps/api-server/src/pipelines/parse-worker.ts') },
  outdir: dist,
  chunkNames: 'millrace-[name]-[hash]',
  outExtension: { '.js': '.mjs' },
  splitting: true,
  metafile: true,
  ...bundleOptions,
});

// Pieces of earlier builds; a server that was started from a recent one may still have to read some of its.
const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const name of readdirSync(dist)) {
  const path = join(dist, name);
  if (/^millrace.*\.mjs(\.|$)/.test(name) && !made.has(name) && Date.now() - statSync(path).mtimeMs > 86_400_000) rmSync(path);
}

function copy(from, to) {
  rmSync(join(dist, to), { recursive: true, force: true });
  cpSync(join(workspace, from), join(dist, to), { recursive: true });
}
if (existsSync(join(workspace, 'apps/ui/out'))) copy('apps/ui/out', 'pages');
copy('libs/embedded-argo/src/process-executor/python', 'python');
copy('apps/cli/src/sample/addition-pipeline.yaml', 'sample/addition-pipeline.yaml');

const environment = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(dist, 'millrace.mjs'), 'build-environment'], { stdio: 'inherit' });
process.exit(environment.status ?? 1);

// `npm run bench -- <name> [--full]`: figures of docs/performance.md. Without a name: all of them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isBuilt } from './build-stamp.mjs';
import { bundleServices } from './bundle-services.mjs';
import { environmentFor, ensureInstalled, root, runScript } from './ensure.mjs';

const node = ensureInstalled();
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const onCluster = names.length === 0 || names.includes('cluster');
// Of a cluster's bench the services are all that is measured.
if ((names.length === 0 || names.some((name) => name !== 'cluster')) && !isBuilt(root)) runScript(node, 'build.mjs');
if (onCluster && process.env.KUBECONFIG) bundleServices(node, ['api-server', 'persistence-agent', 'scheduled-workflow-controller']);

const { build } = await import('esbuild');
const outfile = join(root, 'node_modules', '.cache', 'millrace-bench', 'bench.mjs');
await build({
  entryPoints: [join(root, 'bench', 'src', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  conditions: ['@millrace/source', 'import', 'node'],
  logLevel: 'warning',
  tsconfig: join(root, 'tsconfig.base.json'),
  loader: { '.wasm': 'copy' },
  // Packages in CommonJS call require for Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});

const result = spawnSync(node, ['--disable-warning=ExperimentalWarning', outfile, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: environmentFor(node) });
process.exit(result.status ?? 1);

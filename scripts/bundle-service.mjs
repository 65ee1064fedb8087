// Makes apps/<name>/dist/<name>.mjs: a service in one file. `node scripts/bundle-service.mjs persistence-agent`
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.mjs';

const [name] = process.argv.slice(2);
const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(workspace, 'apps', name);
mkdirSync(join(app, 'dist'), { recursive: true });

await build({
  // A thread's program is a file, too.
  entryPoints: { [name]: join(app, 'src', 'main.ts'), ...(name === 'api-server' && { 'parse-worker': join(app, 'src', 'pipelines', 'parse-worker.ts') }) },
  outdir: join(app, 'dist'),
  outExtension: { '.js': '.mjs' },
  ...bundleOptions,
});

// The API serves the pages too.
const pages = join(workspace, 'apps', 'ui', 'out');
if (name === 'api-server' && existsSync(pages)) {
  rmSync(join(app, 'dist', 'pages'), { recursive: true, force: true });
  cpSync(pages, join(app, 'dist', 'pages'), { recursive: true });
}

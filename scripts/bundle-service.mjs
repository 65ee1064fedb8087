// Makes apps/<name>/dist/<name>.mjs: a service in one file. `node scripts/bundle-service.mjs persistence-agent`
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [name] = process.argv.slice(2);
const workspace = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(workspace, 'apps', name);
mkdirSync(join(app, 'dist'), { recursive: true });

await build({
  entryPoints: [join(app, 'src', 'main.ts')],
  outfile: join(app, 'dist', `${name}.mjs`),
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  conditions: ['@millrace/source', 'import', 'node'],
  keepNames: true,
  sourcemap: 'linked',
  logLevel: 'warning',
  // A name that a half-changed library no longer exports must not become `undefined` at run time.
  logOverride: { 'import-is-undefined': 'error' },
  legalComments: 'linked',
  tsconfig: join(workspace, 'tsconfig.base.json'),
  loader: { '.wasm': 'copy' },
  // What Nest looks for only when an application uses it.
  external: ['@nestjs/microservices', '@nestjs/microservices/*', '@nestjs/websockets', '@nestjs/websockets/*', '@nestjs/platform-express', 'class-validator', 'class-transformer', 'class-transformer/*', '@fastify/view', '@fastify/static', '@fastify/multipart'],
  // Packages in CommonJS call require for Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});

// The API serves the pages too.
const pages = join(workspace, 'apps', 'ui', 'out');
if (name === 'api-server' && existsSync(pages)) {
  rmSync(join(app, 'dist', 'pages'), { recursive: true, force: true });
  cpSync(pages, join(app, 'dist', 'pages'), { recursive: true });
}

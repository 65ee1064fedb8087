// What esbuild is told of each of our programs: one-file services (bundle-service.mjs) and the command line (apps/cli/scripts/build.mjs).
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = dirname(dirname(fileURLToPath(import.meta.url)));

export const bundleOptions = {
  // Paths are written into what is made: they are not to depend on where a build is started.
  absWorkingDir: workspace,
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
};

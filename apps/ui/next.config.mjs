import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The base path is chosen when the server starts, not when the pages are built: the export carries this text wherever a path
 * begins, and whoever serves it puts the real base path (or nothing) in its place. README.md says how.
 */
export const BASE_PATH_PLACEHOLDER = '/__millrace_base__';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const libraries = ['api-contract', 'errors', 'pipeline-spec', 'scheduling'];

/** The same sources make the same files, whoever builds them: Next's own id is random. */
function hashSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const folder of ['apps/ui/src', ...libraries.map((name) => `libs/${name}/src`)]) {
    const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/\.spec\.tsx?$/.test(entry.name));
    for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(path.slice(root.length)).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 20);
}

/** @type {import('next').NextConfig} */
const config = {
  output: 'export',
  basePath: BASE_PATH_PLACEHOLDER,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  generateBuildId: hashSources,
  transpilePackages: libraries.map((name) => `@millrace/${name}`),
  turbopack: { root },
  devIndicators: false,
};

export default config;

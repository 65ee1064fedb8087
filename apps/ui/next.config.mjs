import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The base path is chosen when the server starts, not when the pages are built: the export carries this text wherever a path
 * begins, and whoever serves it puts the real base path (or nothing) in its place. README.md says how.
 */
export const BASE_PATH_PLACEHOLDER = '/__millrace_base__';

/** @type {import('next').NextConfig} */
const config = {
  output: 'export',
  basePath: BASE_PATH_PLACEHOLDER,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  transpilePackages: ['@millrace/api-contract', '@millrace/errors', '@millrace/pipeline-spec', '@millrace/scheduling'],
  turbopack: { root: resolve(dirname(fileURLToPath(import.meta.url)), '../..') },
  devIndicators: false,
};

export default config;

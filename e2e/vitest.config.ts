import { defineConfig } from 'vitest/config';

// Libraries whose test builders are used here are taken from source, as everywhere.
const conditions = ['@millrace/source', 'node', 'import', 'module', 'default'];

// Each file starts the built program on a port and a data folder of its own; two cores, so one file after the other.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['e2e/src/**/*.e2e.ts'],
    globalSetup: ['e2e/src/harness/prepare-python.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});

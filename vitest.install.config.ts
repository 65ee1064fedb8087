import { defineConfig } from 'vitest/config';

// Tests of the image and of what the chart makes of it on a cluster; scripts/test-install.mjs runs them, or says why it cannot.
export default defineConfig({
  resolve: { conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['e2e/src/install/*.install.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});

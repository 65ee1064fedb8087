import { defineConfig } from 'vitest/config';

// Tests that need a Kubernetes API server; scripts/test-cluster.mjs runs them, or says why it cannot.
export default defineConfig({
  resolve: { conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{libs,apps}/*/src/**/*.cluster.ts', 'e2e/src/**/*.cluster.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});

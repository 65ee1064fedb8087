import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./apps/ui/src', import.meta.url)) }, conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@millrace/source', 'node', 'import', 'module', 'default'] } },
  test: {
    include: ['{libs,apps}/*/src/**/*.spec.{ts,tsx}'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});

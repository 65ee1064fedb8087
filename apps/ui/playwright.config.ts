import { defineConfig } from '@playwright/test';
import { EMPTY, PLAIN, UNDER_BASE } from './e2e/addresses';

/** Runs on the built pages with a made-up server behind them: `npm run build` first. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/results',
  timeout: 30_000,
  workers: 1,
  use: {
    baseURL: PLAIN.address,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    },
  },
  webServer: [PLAIN, UNDER_BASE, EMPTY].map(({ address, options }) => ({ command: `npm run dev -- ${options}`, url: `${address}/runs`, reuseExistingServer: false })),
});

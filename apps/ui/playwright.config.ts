import { defineConfig } from '@playwright/test';

/** Runs on the built pages with a made-up server behind them: `npm run build` first. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/results',
  timeout: 30_000,
  workers: 1,
  use: {
    baseURL: 'http://127.0.0.1:47611',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    },
  },
  webServer: [
    { command: 'npm run dev -- --port 47611', url: 'http://127.0.0.1:47611/runs', reuseExistingServer: false },
    { command: 'npm run dev -- --port 47612 --base /pipeline', url: 'http://127.0.0.1:47612/pipeline/runs', reuseExistingServer: false },
    { command: 'npm run dev -- --port 47613 --empty', url: 'http://127.0.0.1:47613/runs', reuseExistingServer: false },
  ],
});

import { existsSync } from 'node:fs';
import { chromium, type Browser } from '@playwright/test';

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of this machine; undefined, said out loud, when there is none. */
export const browserPath: string | undefined = candidates.find((path) => path !== undefined && existsSync(path));
if (browserPath === undefined) console.warn('SKIPPED: the tests in a browser, because there is no Chromium; install it (Debian: apt install chromium) or name it in CHROMIUM');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The repository; `scripts/bench.mjs` starts this program there. */
export const root = process.cwd();
/** `BENCH_PROGRAM=<file>` measures another build, to compare two. */
export const program = process.env['BENCH_PROGRAM'] ?? join(root, 'apps', 'cli', 'dist', 'millrace.mjs');

/** Lends a fresh folder for the time of `work`. */
export async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  // Not below /tmp, where tasks have folders of their own: a user's data is not there either.
  const parent = join(root, 'node_modules', '.cache', 'millrace-bench');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'data-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

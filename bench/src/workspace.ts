import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The repository; `scripts/bench.mjs` starts this program there. */
export const root = process.cwd();
/** `BENCH_PROGRAM=<file>` measures another build, to compare two. */
export const program = process.env['BENCH_PROGRAM'] ?? join(root, 'apps', 'cli', 'dist', 'millrace.mjs');

/** Lends a fresh folder for the time of `work`. */
export async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

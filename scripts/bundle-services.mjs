// What a cluster's tests and benches start, made by scripts/bundle-service.mjs: nothing where an installed Millrace is used.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './ensure.mjs';

/** Ends this process when one of them cannot be made. */
export function bundleServices(node, names) {
  if (process.env.MILLRACE_URL) return;
  for (const name of names) {
    const made = spawnSync(node, [join(root, 'scripts', 'bundle-service.mjs'), name], { cwd: root, stdio: 'inherit' });
    if (made.status !== 0) process.exit(made.status ?? 1);
  }
}

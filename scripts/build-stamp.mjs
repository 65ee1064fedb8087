// Whether the build is newer than its sources. No dependencies: `npm start` asks before anything else.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NOT_SOURCE = new Set(['node_modules', 'dist', 'out', '.next', 'generated', 'test-results', 'e2e', 'dev', '.cache', '__pycache__']);
const stampPath = (root) => join(root, 'apps', 'cli', 'dist', '.built');

function newestSource(folder) {
  let newest = 0;
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // What a build writes among the sources is no source; each of these is ignored by git, too.
    if (NOT_SOURCE.has(entry.name) || /\.spec\.tsx?$|\.tsbuildinfo$|next-env\.d\.ts$|\.min\.js$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    const found = entry.isDirectory() ? newestSource(path) : { newest: statSync(path).mtimeMs, count: 1 };
    newest = Math.max(newest, found.newest);
    count += found.count;
  }
  return { newest, count };
}

/** Changes when a source file is changed, added or removed. */
export function sourceStamp(root) {
  const parts = ['apps', 'libs', 'scripts'].map((folder) => newestSource(join(root, folder)));
  const lock = statSync(join(root, 'package-lock.json')).mtimeMs;
  return JSON.stringify([...parts.map((part) => [part.newest, part.count]), lock]);
}

export function isBuilt(root) {
  const stamp = stampPath(root);
  return existsSync(stamp) && existsSync(join(root, 'apps', 'ui', 'out', 'index.html')) && readFileSync(stamp, 'utf8') === sourceStamp(root);
}

export function markBuilt(root, stamp) {
  writeFileSync(stampPath(root), stamp);
}

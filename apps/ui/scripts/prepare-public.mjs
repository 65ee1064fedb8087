// The layout engine runs in a worker of its own; it is served as a plain file so that no page's bundle carries it.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const app = join(dirname(fileURLToPath(import.meta.url)), '..');
const worker = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js');
mkdirSync(join(app, 'public'), { recursive: true });
copyFileSync(worker, join(app, 'public', 'elk-worker.min.js'));

import type { AttemptSpec } from '../../executor.js';
import { createProcessExecutor } from '../create-process-executor.js';

/** A server in a process of its own, to be killed: starts what it is told and prints what it hears, as JSON lines. */
const options = JSON.parse(process.argv[2]!) as { folder: string; environmentFolders: string[]; specs: AttemptSpec[] };
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const executor = await createProcessExecutor({
  ...options,
  hostEnvironment: process.env,
  idleMs: 2_000,
  graceMs: 500,
  log: { info: () => undefined, warn: () => undefined },
  resolveAttempt: () => undefined,
  listener: { onRunning: (id) => say({ running: id }), onExit: (id, exit) => say({ id, exit }) },
});
for (const spec of options.specs) executor.start(spec);
setInterval(() => undefined, 60_000);

import type { AttemptSpec } from '../../executor.js';
import { createContainerExecutor } from '../create-container-executor.js';
import type { TestEngine } from './test-engine.js';

/** A server in a process of its own, to be killed: starts what it is told and prints what runs, as JSON lines. */
const { specs, ...options } = JSON.parse(process.argv[2]!) as TestEngine & { folder: string; specs: AttemptSpec[] };
const say = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const executor = await createContainerExecutor({
  ...options,
  graceMs: 500,
  log: { info: () => undefined, warn: () => undefined },
  listener: { onRunning: (id) => say({ running: id }), onExit: (id, exit) => say({ id, exit }) },
});
for (const spec of specs) executor.start(spec);
setInterval(() => undefined, 60_000);

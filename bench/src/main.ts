import type { Bench } from './bench.js';
import { benchCached } from './cached.js';
import { benchCluster } from './cluster.js';
import { benchFanout } from './fanout.js';
import { benchLists } from './lists.js';
import { benchOverhead } from './overhead.js';
import { describeMachine } from './machine.js';
import { benchMemory } from './memory.js';
import { benchPlan } from './plan.js';
import { benchStart } from './start.js';
import { benchTasks } from './tasks.js';

const BENCHES: Readonly<Record<string, { readonly run: Bench; readonly says: string }>> = {
  plan: { run: benchPlan, says: 'parse, plan and compile a pipeline of 1,000 tasks' },
  start: { run: benchStart, says: 'ready after start, and resident memory' },
  overhead: { run: benchOverhead, says: 'what a task costs beside its process, in chains of 10, 100 (--full: 1,000)' },
  cached: { run: benchCached, says: 'a run that is all in the cache' },
  fanout: { run: benchFanout, says: 'wide runs, loops and conditions: growth and memory (--full: 2,000 and 50 x 50)' },
  memory: { run: benchMemory, says: 'memory of the server at full load for 30 s (--full: 10 minutes)' },
  lists: { run: benchLists, says: 'pages of runs out of 5,000 (--full: 100,000), against the raw driver' },
  tasks: { run: benchTasks, says: 'Python tasks against kfp.local (--full: 100; takes minutes)' },
  cluster: { run: benchCluster, says: 'on the cluster of KUBECONFIG: pods, wall time against plain Argo, gates, large runs, load, memory' },
};

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`bench: there is no "${unknown[0]}"; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
if (names.length === 0) {
  for (const [name, { says }] of Object.entries(BENCHES)) console.log(`npm run bench -- ${name.padEnd(9)} ${says}`);
  console.log('With --full: the sizes of docs/performance.md. Now all of them, one after the other:');
}
console.log(`\n${describeMachine()}`);
const option = (name: string) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
let failed = 0;
for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
  try {
    await BENCHES[name]!.run({ full: process.argv.includes('--full'), option });
  } catch (error) {
    // The others are worth having all the same.
    console.error(`bench ${name} failed:`, error);
    failed += 1;
  }
}
process.exitCode = failed === 0 ? 0 : 1;

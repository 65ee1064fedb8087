import type { Bench } from './bench.js';
import { benchCached } from './cached.js';
import { benchFanout } from './fanout.js';
import { benchLists } from './lists.js';
import { benchOverhead } from './overhead.js';
import { describeMachine } from './machine.js';
import { benchPlan } from './plan.js';
import { benchStart } from './start.js';
import { benchTasks } from './tasks.js';

const BENCHES: Readonly<Record<string, { readonly run: Bench; readonly quick: boolean; readonly says: string }>> = {
  plan: { run: benchPlan, quick: true, says: 'parse, plan and compile a pipeline of 1,000 tasks' },
  start: { run: benchStart, quick: true, says: 'ready after start, and resident memory' },
  overhead: { run: benchOverhead, quick: true, says: 'what a task costs beside its process, in chains of 10, 100 (--full: 1,000)' },
  cached: { run: benchCached, quick: true, says: 'a run that is all in the cache' },
  fanout: { run: benchFanout, quick: true, says: 'wide and nested runs: growth and memory (--full: 2,000 and 50 x 50)' },
  lists: { run: benchLists, quick: false, says: 'pages of runs out of 5,000 (--full: 100,000), against the raw driver' },
  tasks: { run: benchTasks, quick: false, says: 'Python tasks against kfp.local (--full: 100; takes minutes)' },
};

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`bench: there is no "${unknown[0]}"; there are ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}
if (names.length === 0) {
  for (const [name, { quick, says }] of Object.entries(BENCHES)) console.log(`npm run bench -- ${name.padEnd(9)} ${says}${quick ? '' : ' (not run unless named)'}`);
  console.log('With --full: the sizes of docs/performance.md.');
}
console.log(`\n${describeMachine()}`);
const chosen = names.length > 0 ? names : Object.keys(BENCHES).filter((name) => BENCHES[name]!.quick);
for (const name of chosen) await BENCHES[name]!.run({ full: process.argv.includes('--full') });

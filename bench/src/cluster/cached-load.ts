import { percentile } from '../numbers.js';
import { printTable, type Cell } from '../table.js';
import type { ClusterPart } from './cluster-part.js';
import type { ClusterUnderTest } from './cluster-under-test.js';
import { InstantNode } from './instant-node.js';
import { memoryOf, processorOf } from '../process-figures.js';
import type { Seen } from './run-events.js';
import { stepPipeline } from './step-pipelines.js';

const RUNS_A_MINUTE = 300;

interface Started {
  readonly at: number;
  readonly acceptedMs: number;
  readonly workflow: string;
}

/** Runs that are all in the cache, as many a minute as were asked for whether or not anybody keeps up: what is measured is the API server's, Argo's and ours. */
export const cachedLoad: ClusterPart = async (cluster, { full, size }) => {
  await cluster.instant();
  const minutes = size('minutes', full ? 5 : 1);
  const runsAMinute = size('rate', full ? RUNS_A_MINUTE : 120);
  const pipeline = stepPipeline({ form: 'chain', tasks: 3, handOn: true, cache: true, image: cluster.image, placement: InstantNode.placement, from: Math.floor(Math.random() * 1e9) });
  await cluster.runPipeline(pipeline);
  await cluster.tidy();
  const processorBefore = new Map(cluster.running.map(({ name, pid }) => [name, processorOf(pid)?.own]));

  const started: Promise<Started | undefined>[] = [];
  let refused = 0;
  const backlog: { readonly at: number; readonly length: number }[] = [];
  const looking = setInterval(() => void cluster.gauge('millrace_agent_backlog').then((length) => length !== undefined && backlog.push({ at: performance.now(), length })), 1_000);
  const began = performance.now();
  const total = minutes * runsAMinute;
  for (let index = 0; index < total; index += 1) {
    const due = began + (index * 60_000) / runsAMinute;
    await new Promise((next) => setTimeout(next, Math.max(0, due - performance.now())));
    started.push(
      start(cluster, pipeline).catch((error: unknown) => {
        refused += 1;
        if (refused === 1) console.log(`a run was refused: ${String(error)}`);
        return undefined;
      }),
    );
  }
  const all = (await Promise.all(started)).filter((run) => run !== undefined);
  const seen = new Map<string, Seen>();
  for (const { workflow } of all) seen.set(workflow, await cluster.events.until(workflow, ({ persisted }) => persisted !== undefined));
  clearInterval(looking);

  const rows: Cell[][] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const within = (at: number) => Math.floor((at - began) / 60_000) === minute;
    const runs = all.filter(({ at }) => within(at)).map((run) => ({ ...run, ...seen.get(run.workflow)! }));
    const lag = runs.map(({ ended, persisted }) => persisted! - ended!);
    const argo = runs.map(({ created, ended }) => ended! - created);
    const whole = runs.map(({ at, persisted }) => persisted! - at);
    const waiting = backlog.filter(({ at }) => within(at)).map(({ length }) => length);
    const accepted = runs.map(({ acceptedMs }) => acceptedMs);
    rows.push([String(minute + 1), String(runs.length), percentile(accepted, 50), percentile(accepted, 99), percentile(argo, 50), percentile(argo, 99), percentile(lag, 50), percentile(lag, 99), percentile(whole, 99), waiting.length === 0 ? '-' : String(Math.max(...waiting))]);
  }
  const pods = [...seen.values()].reduce((sum, run) => sum + run.pods.size, 0);
  printTable(`${runsAMinute} cached runs a minute for ${minutes} minutes, milliseconds; ${pods} pods, ${refused} refused`, ['minute', 'runs', 'accepted p50', 'p99', "Argo's part p50", 'p99', "agent's lag p50", 'p99', 'whole p99', 'most backlog'], rows);
  printTable(
    'The services after that load',
    ['service', 'resident, MiB', 'peak, MiB', 'CPU, ms a run'],
    cluster.running.map(({ name, pid }) => {
      const memory = memoryOf(pid);
      const before = processorBefore.get(name);
      return [name, memory?.now ?? '-', memory?.peak ?? '-', before === undefined ? '-' : (processorOf(pid)!.own - before) / total];
    }),
  );
  await cluster.tidy();
};

async function start(cluster: ClusterUnderTest, pipeline: object): Promise<Started> {
  const at = performance.now();
  const { workflow, acceptedMs } = await cluster.submit(pipeline);
  return { at, acceptedMs, workflow };
}

import { printTable, ratio, type Cell } from '../table.js';
import type { ClusterPart } from './cluster-part.js';
import { InstantNode } from './instant-node.js';
import { gateDelays } from './run-events.js';
import { percentile } from '../numbers.js';
import { stepPipeline } from './step-pipelines.js';

/** Runs that come near what Argo can hold in one Workflow. */
export const large: ClusterPart = async (cluster, { full, size }) => {
  await cluster.instant();
  const given = { image: cluster.image, placement: InstantNode.placement, handOn: true } as const;
  const most = { loop: size('loop', full ? 600 : 240), grid: size('dag', full ? 300 : 120) };
  // A tenth before each, to see what a task costs more in a large one.
  const shapes = (['loop', 'grid'] as const).flatMap((form) => (most[form] === 0 ? [] : [most[form] / 10, most[form]].map((tasks) => ({ form, tasks }))));
  const rows: Cell[][] = [];
  let before: { readonly form: string; readonly perTask: number } | undefined;
  for (const { form, tasks } of shapes) {
    const processorBefore = cluster.processor('persistence-agent');
    const { wallMs, seen } = await cluster.runPipeline(stepPipeline({ ...given, form, tasks }));
    const { answer } = gateDelays([seen]);
    const processorAfter = cluster.processor('persistence-agent');
    const kib = (await cluster.sizeOf(seen)) / 1024;
    const perTask = wallMs / tasks;
    rows.push([form === 'loop' ? `loop of ${tasks}` : `DAG of ${tasks}, ten chains`, wallMs / 1000, perTask, before?.form === form ? ratio(perTask / before.perTask) : '-', String(seen.pods.size), processorBefore === undefined ? '-' : (processorAfter! - processorBefore) / tasks, ...[50, 99].map((percent) => (answer.length === 0 ? '-' : percentile(answer, percent))), kib]);
    before = { form, perTask };
    await cluster.tidy();
  }
  printTable('Large runs, every task decided in its turn, pods that end at once', ['what', 'seconds', 'ms a task', 'growth', 'pods', "agent's CPU, ms a task", 'answer p50, ms', 'p99', 'Workflow, KiB (Argo takes 1,024)'], rows);
};

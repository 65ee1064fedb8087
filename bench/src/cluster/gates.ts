import { percentile } from '../numbers.js';
import { printTable, type Cell } from '../table.js';
import type { ClusterPart } from './cluster-part.js';
import { InstantNode } from './instant-node.js';
import { gateDelays, type Seen } from './run-events.js';
import { stepPipeline } from './step-pipelines.js';

/** How long gates stand open, and how long Argo takes from the answer to the pod. */
export const gates: ClusterPart = async (cluster, { full }) => {
  await cluster.instant();
  const { image } = cluster;
  const given = { image, placement: InstantNode.placement, handOn: true } as const;
  const runs = full ? 10 : 3;
  const cases = [
    { what: 'one run, ten in a chain', at: 1, pipeline: stepPipeline({ ...given, form: 'chain', tasks: 10 }) },
    { what: `${runs} runs at once, ten in a chain`, at: runs, pipeline: stepPipeline({ ...given, form: 'chain', tasks: 10 }) },
    { what: 'one run, ten chains of ten', at: 1, pipeline: stepPipeline({ ...given, form: 'grid', tasks: 100 }) },
    { what: 'one run, a loop of 100', at: 1, pipeline: stepPipeline({ ...given, form: 'loop', tasks: 100 }) },
  ];
  const rows: Cell[][] = [];
  for (const { what, at, pipeline } of cases) {
    const rounds = full ? 5 : 2;
    const seen: Seen[] = [];
    for (let round = 0; round < rounds; round += 1) {
      seen.push(...(await Promise.all(Array.from({ length: at }, () => cluster.runPipeline(pipeline)))).map((finished) => finished.seen));
      await cluster.tidy();
    }
    const { answer, pod } = gateDelays(seen);
    rows.push([what, String(answer.length), percentile(answer, 50), percentile(answer, 99), percentile(pod, 50), percentile(pod, 99)]);
  }
  printTable('Gates, milliseconds: from the Workflow that shows one open to its answer, and on to the pod behind it', ['what', 'gates', 'answer p50', 'p99', 'pod p50', 'p99'], rows);
};

import { median, percentile } from '../numbers.js';
import { printTable, ratio, type Cell } from '../table.js';
import { plainWorkflow } from './argo-workflows.js';
import type { ClusterPart } from './cluster-part.js';
import { InstantNode } from './instant-node.js';
import { gateDelays } from './run-events.js';
import { stepPipeline } from './step-pipelines.js';

/** Many runs at once, of chains that hand values on, against plain Argo with as many Workflows of the same containers. */
export const many: ClusterPart = async (cluster, { full, pods, size }) => {
  if (pods === 'instant') await cluster.instant();
  const shape = { form: 'grid', tasks: full ? 20 : 10, chains: 5, handOn: true, image: cluster.image, placement: pods === 'instant' ? InstantNode.placement : undefined } as const;
  const runs = size('runs', full ? 20 : 5);
  const count = shape.tasks * runs;
  const at = (side: () => Promise<{ readonly wallMs: number }>) => Promise.all(Array.from({ length: runs }, side));
  const plain = await at(() => cluster.runWorkflow(plainWorkflow(shape)));
  await cluster.tidy();
  const ours = await Promise.all(Array.from({ length: runs }, () => cluster.runPipeline(stepPipeline(shape))));
  const { answer, pod } = gateDelays(ours.map(({ seen }) => seen));
  await cluster.tidy();
  const last = (finished: readonly { readonly wallMs: number }[]) => Math.max(...finished.map(({ wallMs }) => wallMs)) / 1000;
  const row = (what: string, finished: readonly { readonly wallMs: number }[]): Cell[] => [what, last(finished), median(finished.map(({ wallMs }) => wallMs / 1000)), count / last(finished), ratio(last(finished) / last(plain))];
  printTable(`${runs} runs of ${shape.tasks} tasks at once, ${pods === 'instant' ? 'pods that end at once' : 'real pods'}`, ['what', 'seconds to the last', 'median run', 'pods a second', 'against plain Argo'], [row('plain Argo', plain), row('Millrace, every task decided in its turn', ours)]);
  console.log(`gates: answered after ${Math.round(percentile(answer, 50))} ms (p99 ${Math.round(percentile(answer, 99))}), pod ${Math.round(percentile(pod, 50))} ms later (p99 ${Math.round(percentile(pod, 99))})`);
};

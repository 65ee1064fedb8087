import { printTable, type Cell } from '../table.js';
import type { ClusterPart } from './cluster-part.js';
import { InstantNode } from './instant-node.js';
import { stepPipeline } from './step-pipelines.js';

/** How many pods the API server saw for a run, and for the same run once more. */
export const pods: ClusterPart = async (cluster, { pods: kind }) => {
  if (kind === 'instant') await cluster.instant();
  const placement = kind === 'instant' ? InstantNode.placement : undefined;
  const { image } = cluster;
  const cases = [
    { what: 'hello', goal: 1, upstream: 3, shape: { form: 'chain', tasks: 1 } },
    { what: 'chain of ten that hand a value on', goal: 10, upstream: 21, shape: { form: 'chain', tasks: 10 } },
    { what: 'loop of ten times two', goal: 20, upstream: 52, shape: { form: 'loop', tasks: 10, inLoop: 2 } },
  ] as const;
  const rows: Cell[][] = [];
  for (const { what, goal, upstream, shape } of cases) {
    // Numbers that no run had before, so that the first finds nothing.
    const from = Math.floor(Math.random() * 1e9);
    const pipeline = stepPipeline({ ...shape, handOn: true, cache: true, image, placement, from });
    const counts: number[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const { seen } = await cluster.runPipeline(pipeline);
      counts.push(seen.pods.size);
      await cluster.tidy();
    }
    rows.push([what, String(goal), String(counts[0]), String(counts[1]), String(upstream)]);
  }
  printTable('Pods of a run, as the API server told of them', ['pipeline', 'goal', 'pods', 'again, cached', "by KFP's design"], rows);
};

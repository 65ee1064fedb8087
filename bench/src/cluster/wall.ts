import { median } from '../numbers.js';
import { printTable, ratio, type Cell } from '../table.js';
import { plainWorkflow, upstreamLikeWorkflow } from './argo-workflows.js';
import type { ClusterPart } from './cluster-part.js';
import { InstantNode } from './instant-node.js';
import { stepPipeline } from './step-pipelines.js';

/** The same containers as plain Argo, as Millrace with everything decided beforehand and with every task decided in its turn, and as upstream lays them out: in turn. */
export const wall: ClusterPart = async (cluster, { full, pods, size }) => {
  const instant = pods === 'instant';
  if (instant) await cluster.instant();
  const placement = instant ? InstantNode.placement : undefined;
  const { image } = cluster;
  const rounds = size('rounds', full ? 3 : 1);
  const isLarge = full || instant;
  const sizes = { chain: size('chain', isLarge ? 10 : 4), wide: size('fan', isLarge ? 50 : 10) };
  const rows: Cell[][] = [];
  for (const form of ['chain', 'wide'] as const) {
    const tasks = sizes[form];
    if (tasks === 0) continue;
    const shape = { form, tasks, image, placement };
    const sides = {
      plain: () => cluster.runWorkflow(plainWorkflow(shape)),
      fixed: () => cluster.runPipeline(stepPipeline(shape)),
      // A loop whose tasks take their item waits at as many gates as a fan-out can have.
      late: () => cluster.runPipeline(stepPipeline({ ...shape, form: form === 'wide' ? 'loop' : form, handOn: true })),
      upstream: () => cluster.runWorkflow(upstreamLikeWorkflow(shape)),
    };
    const found = { plain: [] as number[], fixed: [] as number[], late: [] as number[], upstream: [] as number[] };
    const podsOf: Record<string, number> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const side of Object.keys(sides) as (keyof typeof sides)[]) {
        const { wallMs, seen } = await sides[side]();
        found[side].push(wallMs / 1000);
        podsOf[side] = seen.pods.size;
        await cluster.tidy();
      }
    }
    const against = (side: keyof typeof found, other: keyof typeof found) => ratio(median(found[side].map((seconds, round) => seconds / found[other][round]!)));
    for (const side of Object.keys(found) as (keyof typeof found)[]) {
      const what = { plain: 'plain Argo', fixed: 'Millrace, static', late: 'Millrace, every task decided in its turn', upstream: 'upstream-like' }[side];
      rows.push([`${form === 'chain' ? 'chain' : 'fan-out'} of ${tasks}: ${what}`, String(podsOf[side]), median(found[side]), side === 'plain' ? '1 x' : against(side, 'plain'), side === 'upstream' ? '1 x' : against(side, 'upstream')]);
    }
  }
  printTable(
    `Wall time, seconds, median of ${rounds} in turn, ${instant ? 'pods that end at once' : 'real pods'} (goals: static 1.05 x, dynamic 1.10 x plain; 0.5 x upstream-like)`,
    ['what', 'pods', 'seconds', 'against plain Argo', 'against upstream-like'],
    rows,
  );
};

import { processorSeconds } from '../machine.js';
import { median } from '../numbers.js';
import { printTable, ratio, type Cell } from '../table.js';
import { plainWorkflow, upstreamLikeWorkflow } from './argo-workflows.js';
import type { ClusterPart } from './cluster-part.js';
import type { Finished } from './cluster-under-test.js';
import { InstantNode } from './instant-node.js';
import { stepPipeline } from './step-pipelines.js';

/** A node is busy with what pods have left when their objects are gone already. */
const NODE_CLEANS_UP_MS = 8_000;

const NAMES = {
  plain: 'plain Argo',
  fixed: 'Millrace, static',
  plainValues: 'plain Argo, values handed on',
  late: 'Millrace, every task decided in its turn',
  upstream: 'upstream-like',
};
type Side = keyof typeof NAMES;
const SIDES = Object.keys(NAMES) as Side[];
/** With 0 a side is left out. */
const OPTIONS: Record<Exclude<Side, 'plain'>, string> = { fixed: 'static', plainValues: 'dynamic', late: 'dynamic', upstream: 'upstream' };
/** The same containers as plain Argo runs them. */
const PEERS: Partial<Record<Side, Side>> = { fixed: 'plain', late: 'plainValues', upstream: 'plain' };

/**
 * The same containers as plain Argo and as Millrace: with everything decided beforehand, and with values handed on, for which Millrace decides every task in its turn.
 * Then as upstream lays them out. All in turn.
 */
export const wall: ClusterPart = async (cluster, { full, pods, size }) => {
  const instant = pods === 'instant';
  if (instant) await cluster.instant();
  const placement = instant ? InstantNode.placement : undefined;
  const { image } = cluster;
  const rounds = size('rounds', full ? 3 : 1);
  const isLarge = full || instant;
  const asked = SIDES.filter((side) => side === 'plain' || size(OPTIONS[side], 1) > 0);
  const sizes = { chain: size('chain', isLarge ? 10 : 4), wide: size('fan', isLarge ? 50 : 10) };
  const rows: Cell[][] = [];
  for (const form of ['chain', 'wide'] as const) {
    const tasks = sizes[form];
    if (tasks === 0) continue;
    const shape = { form, tasks, image, placement };
    const sides: Record<Side, () => Promise<Finished>> = {
      plain: () => cluster.runWorkflow(plainWorkflow(shape)),
      fixed: () => cluster.runPipeline(stepPipeline(shape)),
      plainValues: () => cluster.runWorkflow(plainWorkflow({ ...shape, handOn: true })),
      // A loop whose tasks take their item waits at as many gates as a fan-out can have.
      late: () => cluster.runPipeline(stepPipeline({ ...shape, form: form === 'wide' ? 'loop' : form, handOn: true })),
      upstream: () => cluster.runWorkflow(upstreamLikeWorkflow(shape)),
    };
    const found: Record<Side, Found> = { plain: aSide(), fixed: aSide(), plainValues: aSide(), late: aSide(), upstream: aSide() };
    for (let round = 0; round < rounds; round += 1) {
      for (const side of asked) {
        const busy = processorSeconds();
        const { wallMs, seen } = await sides[side]();
        found[side].processor.push(processorSeconds() - busy);
        found[side].wall.push(wallMs / 1000);
        found[side].pods = seen.pods.size;
        await cluster.tidy();
        await new Promise((next) => setTimeout(next, NODE_CLEANS_UP_MS));
      }
    }
    const against = (side: Side, peer: Side, what: 'wall' | 'processor' = 'wall'): Cell => {
      if (!asked.includes(peer)) return '';
      if (side === peer) return '1 x';
      const ratios = found[side][what].map((seconds, round) => seconds / found[peer][what][round]!);
      return `${ratio(median(ratios))}${rounds > 1 ? ` (${ratio(Math.min(...ratios))} to ${ratio(Math.max(...ratios))})` : ''}`;
    };
    for (const side of asked) {
      const peer = PEERS[side] ?? side;
      rows.push([`${form === 'chain' ? 'chain' : 'fan-out'} of ${tasks}: ${NAMES[side]}`, String(found[side].pods), median(found[side].wall), against(side, peer), median(found[side].processor), against(side, peer, 'processor'), against(side, 'upstream')]);
    }
  }
  printTable(
    `Wall time, seconds, median of ${rounds} in turn, ${instant ? 'pods that end at once' : 'real pods'} (goals: static 1.05 x, dynamic 1.10 x plain; 0.5 x upstream-like)`,
    ['what', 'pods', 'seconds', 'against plain Argo with the same containers', 'processor seconds of this machine', 'against the same', 'wall against upstream-like'],
    rows,
  );
};

/** Of each round; the processor's seconds are those of everything on the machine, so of the cluster where it is there. */
interface Found {
  readonly wall: number[];
  readonly processor: number[];
  pods: number;
}

function aSide(): Found {
  return { wall: [], processor: [], pods: 0 };
}

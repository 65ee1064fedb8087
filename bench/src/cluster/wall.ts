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

const NAMES = { plain: 'plain Argo', logs: 'plain Argo that keeps logs', millrace: 'Millrace', upstream: 'upstream-like' };
type Side = keyof typeof NAMES;

/** What is run, with the option for its size. With `handOn` tasks give numbers and take them, so that Millrace decides every task in its turn. */
const SHAPES = [
  { title: 'chain', size: 'chain', form: 'chain', handOn: false },
  { title: 'chain, values handed on', size: 'chain', form: 'chain', handOn: true },
  { title: 'fan-out', size: 'fan', form: 'wide', handOn: false },
  { title: 'one and a fan-out that takes its value', size: 'fan', form: 'fan', handOn: true },
  { title: 'loop', size: 'loop', form: 'loop', handOn: true },
] as const;
const SMALL = { chain: 4, fan: 10, loop: 10 };
const LARGE = { chain: 10, fan: 50, loop: 50 };

/**
 * The same containers as plain Argo runs them, without keeping their logs and (on real pods) with it, as Millrace does, and as upstream lays them out (loops excepted), in turn.
 * `--static=0`, `--dynamic=0`, `--logs=0` and `--upstream=0` leave out what they name, a size of 0 its shape.
 */
export const wall: ClusterPart = async (cluster, { full, pods, size }) => {
  const instant = pods === 'instant';
  if (instant) await cluster.instant();
  const placement = instant ? InstantNode.placement : undefined;
  const rounds = size('rounds', full ? 3 : 1);
  const defaults = full || instant ? LARGE : SMALL;
  const rows: Cell[][] = [];
  for (const { title, size: option, form, handOn } of SHAPES) {
    const tasks = size(option, defaults[option]);
    if (tasks === 0 || size(handOn ? 'dynamic' : 'static', 1) === 0) continue;
    const shape = { form, tasks, handOn, image: cluster.image, placement };
    const sides: Partial<Record<Side, () => Promise<Finished>>> = {
      plain: () => cluster.runWorkflow(plainWorkflow(shape)),
      ...(!instant && size('logs', 1) > 0 && { logs: () => cluster.runWorkflow(plainWorkflow({ ...shape, keepLogs: true })) }),
      millrace: () => cluster.runPipeline(stepPipeline(shape)),
      ...(form !== 'loop' && size('upstream', 1) > 0 && { upstream: () => cluster.runWorkflow(upstreamLikeWorkflow(shape)) }),
    };
    const found: Partial<Record<Side, Found>> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [side, run] of Object.entries(sides) as [Side, () => Promise<Finished>][]) {
        const busy = processorSeconds();
        const { wallMs, seen } = await run();
        const of = (found[side] ??= { wall: [], processor: [], pods: 0 });
        of.processor.push(processorSeconds() - busy);
        of.wall.push(wallMs / 1000);
        of.pods = seen.pods.size;
        await cluster.tidy();
        await new Promise((next) => setTimeout(next, NODE_CLEANS_UP_MS));
      }
    }
    for (const [side, of] of Object.entries(found) as [Side, Found][]) {
      const against = (peer: Found | undefined, what: 'wall' | 'processor' = 'wall') => (peer === undefined || peer === of ? '-' : ratios(of[what], peer[what]));
      rows.push([`${title}, ${tasks}: ${NAMES[side]}`, String(of.pods), median(of.wall), against(found.plain), median(of.processor), against(found.plain, 'processor'), against(found.logs), against(found.upstream)]);
    }
  }
  printTable(
    `Wall time, seconds, median of ${rounds} in turn, ${instant ? 'pods that end at once' : 'real pods'} (goals: 1.05 x plain, 1.10 x with values handed on; 0.5 x upstream-like)`,
    ['what', 'pods', 'seconds', 'against plain Argo with the same containers', 'processor seconds of this machine', 'against the same', 'wall against one that keeps logs', 'wall against upstream-like'],
    rows,
  );
};

/** The median of the rounds' ratios, with the least and the greatest. */
function ratios(of: readonly number[], peer: readonly number[]): string {
  const each = of.map((seconds, round) => seconds / peer[round]!);
  return each.length === 1 ? ratio(each[0]!) : `${ratio(median(each))} (${ratio(Math.min(...each))} to ${ratio(Math.max(...each))})`;
}

/** Of each round; the processor's seconds are those of everything on the machine, so of the cluster where it is there. */
interface Found {
  readonly wall: number[];
  readonly processor: number[];
  pods: number;
}

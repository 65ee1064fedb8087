import type ElkApi from 'elkjs/lib/elk-api';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import { fromBase } from '@/api/base-path';
import type { Level, PlacedLevel, PlaceLevel, Point } from './layout-graph';

const OPTIONS: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.mergeEdges': 'true',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.spacing.nodeNode': '44',
  'elk.spacing.edgeNode': '24',
  'elk.spacing.componentComponent': '44',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
};
/** Above this a layout has to be quick and narrow before it is beautiful. */
const MANY_NODES = 300;
const FOR_MANY: Record<string, string> = { 'elk.layered.thoroughness': '1', 'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS', 'elk.layered.considerModelOrder.strategy': 'PREFER_EDGES' };

type Elk = InstanceType<typeof ElkApi>;
let engine: Promise<Elk> | undefined;
const known = new Map<string, Promise<PlacedLevel>>();
const REMEMBERED_LEVELS = 200;

/** Places a level with ELK in a worker; answers for levels it has seen are remembered. */
export const placeWithElk: PlaceLevel = (level) => {
  const key = JSON.stringify(level);
  let answer = known.get(key);
  if (!answer) {
    answer = place(level);
    if (known.size >= REMEMBERED_LEVELS) known.delete(known.keys().next().value ?? '');
    known.set(key, answer);
    answer.catch(() => known.delete(key));
  }
  return answer;
};

/** Starts the worker before there is anything to place: it takes longer than the data. */
export function startLayoutEngine(): Promise<Elk> {
  engine ??= import('elkjs/lib/elk-api').then(({ default: Elk }) => new Elk({ workerUrl: fromBase('/elk-worker.min.js') }));
  return engine;
}

async function place(level: Level): Promise<PlacedLevel> {
  const elk = await startLayoutEngine();
  const index = new Map(level.nodes.map((node, at) => [node.id, `n${at}`]));
  const wanted: ElkNode = {
    id: 'level',
    layoutOptions: { ...OPTIONS, ...(level.nodes.length > MANY_NODES && FOR_MANY) },
    children: level.nodes.map((node, at) => ({ id: `n${at}`, width: node.width, height: node.height })),
    edges: level.edges.map((edge, at): ElkExtendedEdge => ({ id: `e${at}`, sources: [index.get(edge.source) ?? ''], targets: [index.get(edge.target) ?? ''] })),
  };
  const answer: ElkNode = await elk.layout(wanted);
  const boxes = new Map(level.nodes.map((node, at) => {
    const child = answer.children?.[at];
    return [node.id, { x: child?.x ?? 0, y: child?.y ?? 0, width: node.width, height: node.height }];
  }));
  const edges = level.edges.map((edge, at) => {
    const section = answer.edges?.[at]?.sections?.[0];
    const points: Point[] = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
    return { ...edge, points };
  });
  return { boxes, edges, width: answer.width ?? 0, height: answer.height ?? 0 };
}

import { tasksInside, type Graph } from './graph';

export const NODE = { width: 208, height: 50 } as const;
export const FOLDED = { width: 248, height: 74 } as const;
/** Space inside an unfolded group: its title is at the top. */
const GROUP_PADDING = { top: 46, side: 16, bottom: 16 } as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}
export interface PlacedEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly points: readonly Point[];
}
export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export interface Level {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
  readonly edges: readonly { readonly id: string; readonly source: string; readonly target: string }[];
}
export interface PlacedLevel {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}
/** Places the nodes of one level; the same answer for the same level. */
export type PlaceLevel = (level: Level) => Promise<PlacedLevel>;

/**
 * Where everything is, from the structure and what is unfolded and nothing else, so that a change of state never moves a node. Each
 * group is laid out by itself, as edges join only siblings.
 */
export async function layoutGraph(graph: Graph, unfolded: ReadonlySet<string>, placeLevel: PlaceLevel): Promise<Layout> {
  const boxes = new Map<string, Box>();
  const edges: PlacedEdge[] = [];
  const inner = new Map<string, PlacedLevel>();

  const place = async (group: string | undefined): Promise<PlacedLevel> => {
    const ids = graph.children.get(group) ?? [];
    const sizes = await Promise.all(ids.map(async (id) => ({ id, ...(await sizeOf(id)) })));
    const levelEdges = ids.flatMap((id) => (graph.nodes.get(id)?.dependsOn ?? []).map((source) => ({ id: `${source}→${id}`, source, target: id })));
    return placeLevel({ nodes: sizes, edges: levelEdges });
  };
  const sizeOf = async (id: string): Promise<{ width: number; height: number }> => {
    if (graph.nodes.get(id)?.kind !== 'dag') return NODE;
    if (!unfolded.has(id) || tasksInside(graph, id).length === 0) return FOLDED;
    const level = await place(id);
    inner.set(id, level);
    return { width: Math.max(FOLDED.width, level.width + 2 * GROUP_PADDING.side), height: level.height + GROUP_PADDING.top + GROUP_PADDING.bottom };
  };
  const settle = (level: PlacedLevel, origin: Point): void => {
    for (const [id, box] of level.boxes) {
      const placed = { ...box, x: box.x + origin.x, y: box.y + origin.y };
      boxes.set(id, placed);
      const inside = inner.get(id);
      if (inside) settle(inside, { x: placed.x + (placed.width - inside.width) / 2, y: placed.y + GROUP_PADDING.top });
    }
    for (const edge of level.edges) edges.push({ ...edge, points: edge.points.map((point) => ({ x: point.x + origin.x, y: point.y + origin.y })) });
  };

  const top = await place(undefined);
  settle(top, { x: 0, y: 0 });
  return { boxes, edges, width: top.width, height: top.height };
}

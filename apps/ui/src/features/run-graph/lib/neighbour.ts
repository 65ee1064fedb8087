import type { Graph } from './graph';
import type { Box, Layout } from './layout-graph';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The node an arrow key leads to: along an edge up and down, to the nearest of the same row left and right. */
export function neighbour(graph: Graph, layout: Layout, from: string, direction: Direction): string | undefined {
  const box = layout.boxes.get(from);
  if (!box) return undefined;
  const centre = centreOf(box);
  if (direction === 'up' || direction === 'down') {
    const linked = layout.edges.filter((edge) => (direction === 'down' ? edge.source === from : edge.target === from)).map((edge) => (direction === 'down' ? edge.target : edge.source));
    if (linked.length > 0) return nearest(layout, linked, centre.x, (other) => other.x);
    const group = graph.nodes.get(from)?.parent;
    if (direction === 'down' && (graph.children.get(from)?.some((id) => layout.boxes.has(id)) ?? false)) return firstInside(graph, layout, from);
    return direction === 'up' ? group : undefined;
  }
  const parent = graph.nodes.get(from)?.parent;
  const row = (graph.children.get(parent) ?? []).filter((id) => {
    const other = layout.boxes.get(id);
    if (!other || id === from) return false;
    const middle = centreOf(other);
    return Math.abs(middle.y - centre.y) < Math.max(box.height, other.height) / 2 + 12 && (direction === 'left' ? middle.x < centre.x : middle.x > centre.x);
  });
  return nearest(layout, row, centre.x, (other) => other.x);
}

/** Where the arrows start when nothing is selected. */
export const firstNode = (graph: Graph, layout: Layout): string | undefined => firstInside(graph, layout, undefined);

function firstInside(graph: Graph, layout: Layout, group: string | undefined): string | undefined {
  const ids = (graph.children.get(group) ?? []).filter((id) => layout.boxes.has(id));
  return ids.toSorted((a, b) => (layout.boxes.get(a)?.y ?? 0) - (layout.boxes.get(b)?.y ?? 0) || (layout.boxes.get(a)?.x ?? 0) - (layout.boxes.get(b)?.x ?? 0))[0];
}

function nearest(layout: Layout, ids: readonly string[], to: number, along: (centre: { x: number; y: number }) => number): string | undefined {
  const gap = (id: string) => {
    const box = layout.boxes.get(id);
    return box ? Math.abs(along(centreOf(box)) - to) : Number.POSITIVE_INFINITY;
  };
  return ids.toSorted((a, b) => gap(a) - gap(b))[0];
}

const centreOf = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

import type { Point } from './layout-graph';

const RADIUS = 10;
/** The line stops here above its target: the arrow head fills the rest. */
const HEAD = 5;

/** An orthogonal line with round corners, down to the arrow head. */
export function edgePath(points: readonly Point[]): string {
  const [first] = points;
  if (!first) return '';
  const path = [`M${n(first.x)} ${n(first.y)}`];
  for (let index = 1; index < points.length; index += 1) {
    const at = points[index] as Point;
    const before = points[index - 1] as Point;
    const after = points[index + 1];
    if (!after) {
      path.push(`L${n(at.x)} ${n(at.y - HEAD)}`);
      continue;
    }
    const radius = Math.min(RADIUS, distance(before, at) / 2, distance(at, after) / 2);
    const start = towards(at, before, radius);
    const end = towards(at, after, radius);
    path.push(`L${n(start.x)} ${n(start.y)}`, `Q${n(at.x)} ${n(at.y)} ${n(end.x)} ${n(end.y)}`);
  }
  return path.join('');
}

export function arrowPath(points: readonly Point[]): string {
  const end = points.at(-1);
  return end ? `M${n(end.x - 3.5)} ${n(end.y - HEAD - 1)}h7l-3.5 5z` : '';
}

const n = (value: number): string => String(Math.round(value * 10) / 10);
const distance = (a: Point, b: Point): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
function towards(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) / length) * by, y: from.y + ((to.y - from.y) / length) * by };
}

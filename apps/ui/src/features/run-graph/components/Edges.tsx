'use client';
import { ViewportPortal } from '@xyflow/react';
import { memo } from 'react';
import type { EdgeLook } from '../lib/decorate-with-state';
import { arrowPath, edgePath } from '../lib/edge-path';
import type { Layout, Point } from '../lib/layout-graph';
import styles from './Edges.module.css';

interface EdgesProps {
  readonly layout: Layout;
  readonly edgeLook?: (source: string, target: string) => EdgeLook;
}

/** All edges as the layout routed them, in one drawing; one is drawn again only when its look changes. */
export const Edges = memo(function Edges({ layout, edgeLook }: EdgesProps) {
  const looks = layout.edges.map((edge) => edgeLook?.(edge.source, edge.target) ?? 'plain');
  return (
    <ViewportPortal>
      <svg className={styles.edges} aria-hidden="true">
        {/* What matters lies on top where lines share a way. */}
        {(['plain', 'live', 'bad'] as const).map((look) => layout.edges.map((edge, index) => (looks[index] === look ? <EdgeLine key={edge.id} points={edge.points} look={look} /> : null)))}
      </svg>
    </ViewportPortal>
  );
});

const EdgeLine = memo(function EdgeLine({ points, look }: { readonly points: readonly Point[]; readonly look: EdgeLook }) {
  return (
    <g className={styles[look]}>
      <path className={styles.line} d={edgePath(points)} />
      <path className={styles.head} d={arrowPath(points)} />
    </g>
  );
});

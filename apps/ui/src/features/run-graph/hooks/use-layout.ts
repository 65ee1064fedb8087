'use client';
import { useEffect, useState } from 'react';
import type { Graph } from '../lib/graph';
import { layoutGraph, type Layout } from '../lib/layout-graph';
import { placeWithElk } from '../lib/place-level';

/** The layout of what is unfolded; the last one stays until the next is ready. */
export function useLayout(graph: Graph, unfolded: ReadonlySet<string>): { layout: Layout | undefined; error: unknown } {
  const [state, setState] = useState<{ layout?: Layout; error?: unknown }>({});
  useEffect(() => {
    let current = true;
    layoutGraph(graph, unfolded, placeWithElk).then(
      (layout) => current && setState({ layout }),
      (error: unknown) => current && setState((before) => ({ ...before, error })),
    );
    return () => {
      current = false;
    };
  }, [graph, unfolded]);
  return { layout: state.layout, error: state.error };
}

'use client';
import type { TaskSummary } from '@millrace/api-contract';
import { useCallback, useMemo, useRef } from 'react';
import { decorateWithState, GraphView, lookOfEdge, nodesOfRun, signatureOf, startLayoutEngine, toGraph, type Graph, type NodeLook } from '@/features/run-graph';
import { useTexts } from '@/i18n/use-texts';

/** Starts what drawing a graph will need. */
export const prepareGraph = (): void => void startLayoutEngine();

interface RunGraphProps {
  readonly tasks: readonly TaskSummary[];
  readonly visible: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (path: string | undefined) => void;
}

/** The graph of a run as it moves: the structure is laid out once, states only colour it. */
export function RunGraph({ tasks, visible, selected, onSelect }: RunGraphProps) {
  const t = useTexts();
  const graph = useStableGraph(tasks);
  const byPath = useMemo(() => new Map(tasks.map((task) => [task.path, task])), [tasks]);
  const before = useRef<ReadonlyMap<string, NodeLook>>(new Map());
  const looks = useMemo(() => (before.current = decorateWithState(graph, byPath, t, before.current)), [graph, byPath, t]);
  const edgeLook = useCallback((source: string, target: string) => lookOfEdge(byPath.get(source), byPath.get(target)), [byPath]);
  return <GraphView graph={graph} looks={looks} edgeLook={edgeLook} selected={selected} onSelect={onSelect} visible={visible} />;
}

function useStableGraph(tasks: readonly TaskSummary[]): Graph {
  const kept = useRef<Graph>(undefined);
  return useMemo(() => {
    const nodes = nodesOfRun(tasks);
    if (kept.current?.signature === signatureOf(nodes)) return kept.current;
    kept.current = toGraph(nodes);
    return kept.current;
  }, [tasks]);
}

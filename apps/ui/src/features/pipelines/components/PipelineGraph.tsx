'use client';
import type { AnyPipeline } from '@millrace/pipeline-spec';
import { useMemo } from 'react';
import { buildPipelineGraph, GraphView, tasksInside, type NodeLook } from '@/features/run-graph';
import { useTexts } from '@/i18n/use-texts';
import { describeTask } from '../lib/describe-task';

interface PipelineGraphProps {
  readonly pipeline: AnyPipeline;
  readonly selected: string | undefined;
  readonly onSelect: (path: string | undefined) => void;
}

/** The graph of a version, without any state. */
export function PipelineGraph({ pipeline, selected, onSelect }: PipelineGraphProps) {
  const t = useTexts();
  const graph = useMemo(() => buildPipelineGraph(pipeline), [pipeline]);
  const looks = useMemo(() => {
    const result = new Map<string, NodeLook>();
    for (const node of graph.nodes.values()) {
      if (node.kind === 'dag') {
        const size = tasksInside(graph, node.id).length;
        result.set(node.id, { fact: t.graph.tasks(size), size });
      } else result.set(node.id, { fact: imageName(describeTask(pipeline, node.id)?.image) });
    }
    return result;
  }, [graph, pipeline, t]);
  return <GraphView graph={graph} looks={looks} selected={selected} onSelect={onSelect} />;
}

/** The image without its registry: what tells tasks apart. */
const imageName = (image: string | undefined): string => image?.split('/').at(-1) ?? '';

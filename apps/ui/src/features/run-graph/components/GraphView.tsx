'use client';
import '@xyflow/react/dist/base.css';
import { MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type ReactFlowState, type Viewport } from '@xyflow/react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/Button';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { useAfter } from '@/components/ui/Skeleton';
import { useTexts } from '@/i18n/use-texts';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useLayout } from '../hooks/use-layout';
import type { EdgeLook, NodeLook } from '../lib/decorate-with-state';
import { groupsAround, initiallyUnfolded, type Graph } from '../lib/graph';
import type { Box, Layout } from '../lib/layout-graph';
import { firstNode, neighbour, type Direction } from '../lib/neighbour';
import { Edges } from './Edges';
import { GroupNode } from './GroupNode';
import { TaskNode, type TaskFlowNode } from './TaskNode';
import styles from './GraphView.module.css';

const NODE_TYPES = { task: TaskNode, frame: GroupNode };
const ARROWS: Record<string, Direction> = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };
/** Past this only what is in view is in the document. */
const CULL_ABOVE = 120;
const NOTHING: NodeLook = { fact: '' };

export interface GraphViewProps {
  readonly graph: Graph;
  readonly looks: ReadonlyMap<string, NodeLook>;
  readonly edgeLook?: (source: string, target: string) => EdgeLook;
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  /** Those that a filter lets through; all when absent. */
  readonly visible?: ReadonlySet<string> | undefined;
}

export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

const lodOf = (state: ReactFlowState): 'full' | 'name' | 'block' => (state.transform[2] < 0.4 ? 'block' : state.transform[2] < 0.7 ? 'name' : 'full');

/** Names keep about 12 px on the screen while zooming out, as long as they fit a node. */
const nameSizeOf = (state: ReactFlowState): string => `${Math.min(23, Math.round(12 / Math.max(0.1, state.transform[2])))}px`;

function Canvas({ graph, looks, edgeLook, selected, onSelect, visible }: GraphViewProps) {
  const t = useTexts();
  const flow = useReactFlow();
  const [folding, setFolding] = useState<{ graph: Graph; unfolded: ReadonlySet<string> }>(() => ({ graph, unfolded: unfoldFor(graph, initiallyUnfolded(graph), selected) }));
  const unfolded = folding.unfolded;
  const { layout, error } = useLayout(graph, unfolded);
  const lod = useStore(lodOf);
  const nameSize = useStore(nameSizeOf);
  const pane = useRef<HTMLDivElement>(null);
  const anchor = useRef<{ id: string; box: Box }>(undefined);
  const placed = useRef<Layout>(undefined);
  const moved = useRef(false);

  const toggle = useCallback(
    (id: string) => {
      const box = placed.current?.boxes.get(id);
      if (box) anchor.current = { id, box };
      moved.current = true;
      setFolding((before) => {
        const next = new Set(before.unfolded);
        if (!next.delete(id)) next.add(id);
        return { graph, unfolded: next };
      });
    },
    [graph],
  );
  const select = useCallback((id: string) => onSelect(id), [onSelect]);

  useEffect(() => {
    if (selected === undefined) return;
    setFolding((before) => {
      const next = unfoldFor(graph, before.unfolded, selected);
      return next === before.unfolded ? before : { graph, unfolded: next };
    });
  }, [graph, selected]);

  const nodes = useNodes(layout, graph, looks, unfolded, selected, visible, select, toggle);
  // The first layout is shown whole or from its top; later ones keep the node that was clicked where it is.
  useLayoutEffect(() => {
    if (!layout || !pane.current) return;
    const first = placed.current === undefined;
    placed.current = layout;
    if (first) {
      void flow.setViewport(openingView(layout, pane.current, selected));
      return;
    }
    const still = anchor.current && layout.boxes.get(anchor.current.id);
    if (anchor.current && still) {
      const { x, y, zoom } = flow.getViewport();
      const was = anchor.current.box;
      void flow.setViewport({ x: x + (was.x + was.width / 2 - still.x - still.width / 2) * zoom, y: y + (was.y - still.y) * zoom, zoom });
    }
    anchor.current = undefined;
  }, [layout, flow, selected]);

  /** Moves the view no further than it takes to see the node. */
  const reveal = useCallback(
    (id: string) => {
      const box = placed.current?.boxes.get(id);
      if (!box || !pane.current) return;
      const view = flow.getViewport();
      const next = bringInside(box, view, pane.current);
      if (next.x !== view.x || next.y !== view.y) void flow.setViewport(next, { duration: 160 });
    },
    [flow],
  );
  useEffect(() => {
    if (selected === undefined) return;
    // Two frames later the panel beside the graph has taken its place.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => reveal(selected));
    });
    return () => cancelAnimationFrame(frame);
  }, [selected, reveal, layout]);

  // While nobody has moved the view it follows the size of its place, such as when the panel opens beside it.
  const latest = useRef({ selected, reveal });
  useEffect(() => {
    latest.current = { selected, reveal };
  });
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width || !placed.current) return;
      width = element.clientWidth;
      if (!moved.current) void flow.setViewport(openingView(placed.current, element, latest.current.selected));
      else if (latest.current.selected !== undefined) latest.current.reveal(latest.current.selected);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow]);

  const fit = useCallback(() => void flow.fitView({ padding: 0.06, maxZoom: 1, duration: 160 }), [flow]);
  const group = t.keys.groups.graph;
  useShortcuts([
    { keys: '.', label: t.keys.fit, group, run: fit },
    { keys: '=', also: ['+'], label: t.keys.zoomIn, group, run: () => void flow.zoomIn({ duration: 90 }) },
    { keys: '-', label: t.keys.zoomOut, group, run: () => void flow.zoomOut({ duration: 90 }) },
    { keys: 'ArrowUp', also: Object.keys(ARROWS).slice(1), label: t.keys.arrows, group, run: () => false },
  ]);
  // Keys may come faster than the address is read again.
  const cursor = useRef(selected);
  useEffect(() => {
    cursor.current = selected;
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor.current;
    const direction = ARROWS[event.key];
    if (!layout || event.target !== pane.current) return;
    if (direction) {
      const next = at !== undefined && layout.boxes.has(at) ? neighbour(graph, layout, at, direction) : firstNode(graph, layout);
      if (next !== undefined) {
        cursor.current = next;
        onSelect(next);
      }
    } else if ((event.key === 'Enter' || event.key === ' ') && at !== undefined && graph.nodes.get(at)?.kind === 'dag') toggle(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (error && !layout) return <ErrorCard title={t.graph.failed} error={error} />;
  return (
    <div ref={pane} className={styles.pane} data-lod={lod} style={{ '--name-size': nameSize } as CSSProperties} tabIndex={0} role="group" aria-label={t.graph.label} aria-activedescendant={selected ? `node-${selected}` : undefined} aria-busy={!layout} onKeyDown={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        onlyRenderVisibleElements={nodes.length > CULL_ABOVE}
        minZoom={0.02}
        maxZoom={1.6}
        panOnScroll
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        onMove={(event) => {
          if (event) moved.current = true;
        }}
        onPaneClick={() => onSelect(undefined)}
        proOptions={{ hideAttribution: true }}
      >
        {layout ? <Edges layout={layout} edgeLook={edgeLook} /> : null}
        {layout ? <Overview layout={layout} label={t.graph.minimap} /> : null}
      </ReactFlow>
      {layout ? null : <Laying />}
      <div className={styles.zoom}>
        <IconButton look="plain" icon="plusSmall" label={t.graph.zoomIn} onClick={() => void flow.zoomIn({ duration: 90 })} />
        <IconButton look="plain" icon="minus" label={t.graph.zoomOut} onClick={() => void flow.zoomOut({ duration: 90 })} />
        <IconButton look="plain" icon="fit" label={t.graph.fit} onClick={fit} />
      </div>
    </div>
  );
}

/** Said only when a layout takes its time. */
function Laying() {
  const t = useTexts();
  return useAfter(300) ? (
    <p className={styles.laying} role="status">
      {t.graph.laying}
    </p>
  ) : null;
}

/** The minimap, only while something is out of view. */
function Overview({ layout, label }: { readonly layout: Layout; readonly label: string }) {
  const hidden = useStore(({ transform: [x, y, zoom], width, height }) => x >= -8 && y >= -8 && x + layout.width * zoom <= width + 8 && y + layout.height * zoom <= height + 8);
  if (hidden) return null;
  return <MiniMap className={styles.minimap} style={{ width: 96, height: 96 }} position="top-right" pannable zoomable ariaLabel={label} nodeClassName={(node) => minimapClass(node as TaskFlowNode)} nodeBorderRadius={6} maskColor="transparent" maskStrokeColor="var(--mr-text-3)" maskStrokeWidth={1} />;
}

function minimapClass(node: TaskFlowNode): string {
  if (node.type === 'frame') return styles['mini-frame'] ?? '';
  const state = node.data.look.state;
  return `st-${state ?? 'pending'} ${state === undefined || state === 'pending' || state === 'skipped' ? styles['mini-quiet'] : styles['mini-loud']}`;
}

function useNodes(
  layout: Layout | undefined,
  graph: Graph,
  looks: ReadonlyMap<string, NodeLook>,
  unfolded: ReadonlySet<string>,
  selected: string | undefined,
  visible: ReadonlySet<string> | undefined,
  onSelect: (id: string) => void,
  onToggle: (id: string) => void,
): TaskFlowNode[] {
  const before = useRef(new Map<string, TaskFlowNode>());
  return useMemo(() => {
    const next = new Map<string, TaskFlowNode>();
    for (const [id, box] of layout?.boxes ?? []) {
      const node = graph.nodes.get(id);
      if (!node) continue;
      const look = looks.get(id) ?? NOTHING;
      const open = node.kind === 'dag' && unfolded.has(id) && (graph.children.get(id)?.some((child) => layout?.boxes.has(child)) ?? false);
      const data = { node, look, selected: id === selected, dimmed: visible !== undefined && !visible.has(id), unfolded: open, onSelect, onToggle };
      const old = before.current.get(id);
      const unchanged = old && old.position.x === box.x && old.position.y === box.y && old.width === box.width && old.height === box.height && Object.entries(data).every(([key, value]) => old.data[key] === value);
      next.set(id, unchanged ? old : { id, type: open ? 'frame' : 'task', position: { x: box.x, y: box.y }, width: box.width, height: box.height, zIndex: open ? 0 : 2, data });
    }
    before.current = next;
    return [...next.values()];
  }, [layout, graph, looks, unfolded, selected, visible, onSelect, onToggle]);
}

/** All of it when that is legible; else from its top, as wide as legible, or around the chosen node. */
function openingView(layout: Layout, pane: HTMLElement, selected: string | undefined): { x: number; y: number; zoom: number } {
  const margin = { x: 24, y: 20 };
  const wide = (pane.clientWidth - 2 * margin.x) / Math.max(1, layout.width);
  const whole = Math.min(wide, (pane.clientHeight - 2 * margin.y) / Math.max(1, layout.height));
  const zoom = Math.min(1, whole >= 0.7 ? whole : Math.max(0.4, Math.min(wide, 1)));
  const box = selected === undefined ? undefined : layout.boxes.get(selected);
  const centreX = pane.clientWidth / 2 - (layout.width / 2) * zoom;
  const fitsWide = layout.width * zoom <= pane.clientWidth;
  if (box && whole < 0.7) return { zoom, x: fitsWide ? centreX : pane.clientWidth / 2 - (box.x + box.width / 2) * zoom, y: Math.min(margin.y, pane.clientHeight / 2 - (box.y + box.height / 2) * zoom) };
  return { zoom, x: centreX, y: margin.y };
}

const MARGIN = 20;
/** As much of a tall group as has to be seen. */
const HEAD = 200;

function bringInside(box: Box, view: Viewport, pane: HTMLElement): Viewport {
  const shift = (start: number, end: number, size: number) => (start < MARGIN ? MARGIN - start : Math.min(0, Math.max(size - MARGIN - end, MARGIN - start)));
  const left = box.x * view.zoom + view.x;
  const top = box.y * view.zoom + view.y;
  return {
    zoom: view.zoom,
    x: view.x + shift(left, left + box.width * view.zoom, pane.clientWidth),
    y: view.y + shift(top, top + Math.min(box.height, HEAD) * view.zoom, pane.clientHeight),
  };
}

function unfoldFor(graph: Graph, unfolded: ReadonlySet<string>, selected: string | undefined): ReadonlySet<string> {
  const needed = selected === undefined ? [] : groupsAround(graph, selected).filter((id) => !unfolded.has(id));
  return needed.length === 0 ? unfolded : new Set([...unfolded, ...needed]);
}

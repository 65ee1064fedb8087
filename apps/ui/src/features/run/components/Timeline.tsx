'use client';
import type { RunDetail } from '@millrace/api-contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { utcTicks } from 'd3-time';
import { useEffect, useMemo, useRef, useState } from 'react';
import { EmptyState } from '@/components/ui/EmptyState';
import { Icon } from '@/components/ui/Icon';
import { Segmented } from '@/components/ui/Segmented';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Switch } from '@/components/ui/Switch';
import { formatDuration, formatTick } from '@/format/duration';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { useNow } from '@/live/use-now';
import { isActive } from '@/states/visual-state';
import { useRowCursor } from '../hooks/use-row-cursor';
import { criticalPath } from '../lib/critical-path';
import { tasksAtOnce, type AtOnce } from '../lib/tasks-at-once';
import { timelineRows } from '../lib/timeline-rows';
import { TimelineBar, TimelineCard } from './TimelineBar';
import { TimelineSummary } from './TimelineSummary';
import styles from './Timeline.module.css';

const ROW = 30;
const ZOOMS = ['1', '4', '16'] as const;
/** So that the last bar does not touch the edge. */
const MARGIN = 1.02;

interface TimelineProps {
  readonly detail: RunDetail;
  readonly visible: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (path: string) => void;
}

/** When each task waited and ran, and which of them decided how long the run took. */
export function Timeline({ detail, visible, selected, onSelect }: TimelineProps) {
  const { run, tasks } = detail;
  return isActive(run) ? <LiveTimeline {...{ detail, visible, selected, onSelect }} /> : <TimelineAt now={Date.parse(run.finished_at ?? run.created_at)} live={false} key={tasks.length} {...{ detail, visible, selected, onSelect }} />;
}

function LiveTimeline(props: TimelineProps) {
  return <TimelineAt now={useNow()} live {...props} />;
}

function TimelineAt({ detail, visible, selected, onSelect, now, live }: TimelineProps & { readonly now: number; readonly live: boolean }) {
  const t = useTexts();
  const language = useLanguage();
  const { run, tasks } = detail;
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(() => new Set());
  const [marked, setMarked] = useState(true);
  const [zoom, setZoom] = useState<(typeof ZOOMS)[number]>('1');
  const [hovered, setHovered] = useState<string>();
  const scroller = useRef<HTMLDivElement>(null);
  const from = Date.parse(run.started_at ?? run.created_at);
  const critical = useMemo(() => criticalPath(tasks, { from, now }), [tasks, from, now]);
  const rows = useMemo(() => timelineRows(tasks, { now, unfolded, visible }), [tasks, now, unfolded, visible]);
  const atOnce = useMemo(() => tasksAtOnce(tasks, now), [tasks, now]);
  const end = Math.max(now, ...rows.map(({ span }) => span?.to ?? 0), from + 1);
  const width = (end - from) * MARGIN;
  const onPath = useMemo(() => new Set(critical.tasks.flatMap(withGroups)), [critical]);
  const paths = useMemo(() => rows.map(({ task }) => task.path), [rows]);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12, scrollPaddingStart: ROW });
  useRowCursor(paths, selected, onSelect);
  const at = selected === undefined ? -1 : paths.indexOf(selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  const place = (time: number) => `${Math.max(0, ((time - from) / width) * 100)}%`;
  const ticks = useMemo(() => utcTicks(new Date(0), new Date(width), 8 * Number(zoom)).map((tick) => tick.getTime()), [width, zoom]);
  const toggle = (path: string) => setUnfolded((before) => (before.has(path) ? new Set([...before].filter((each) => each !== path)) : new Set([...before, path])));
  if (rows.length === 0) return <EmptyState title={t.run.noMatch} />;
  return (
    <div className={styles.page}>
      <TimelineSummary critical={critical} total={end - from} live={live} onSelect={onSelect} />
      <div className={styles.bar}>
        <Switch label={t.timeline.criticalPath} checked={marked} onChange={setMarked} />
        <span aria-hidden>{t.timeline.criticalPath}</span>
        <span className="grow" />
        <span className={styles.legend} aria-hidden>
          <span>
            <i className={`${styles.queued} st-succeeded`} />
            {t.timeline.queued}
          </span>
          <span>
            <i className={`${styles.ran} st-succeeded`} />
            {t.timeline.running}
          </span>
          <span>
            <i className={styles.rule} />
            {t.timeline.criticalPath}
          </span>
        </span>
        <Segmented small label={t.timeline.zoom} value={zoom} options={ZOOMS.map((value) => ({ value, label: value === '1' ? t.graph.fit : `×${value}` }))} onChange={setZoom} />
      </div>
      <div ref={scroller} className={styles.scroll} role="grid" aria-rowcount={rows.length} aria-label={t.run.timeline} tabIndex={0}>
        <div className={styles.sheet} style={{ '--zoom': zoom } as React.CSSProperties}>
          <div className={`${styles.row} ${styles.axis}`} role="row">
            <span className={styles.name} role="columnheader">
              {t.timeline.rows(rows.length)}
            </span>
            <span className={styles.chart} role="columnheader" aria-label={t.timeline.time}>
              {ticks.map((tick) => (
                <span key={tick} className={styles.tick} style={{ left: place(from + tick) }}>
                  {formatTick(tick, (ticks[1] ?? width) - (ticks[0] ?? 0), language)}
                </span>
              ))}
              {live ? (
                <span className={styles.nowLabel} style={{ left: `min(${place(now)}, 100% - 18px)` }}>
                  {t.timeline.now}
                </span>
              ) : null}
            </span>
            <span className={styles.duration} role="columnheader">
              {t.timeline.runTime}
            </span>
          </div>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            <div className={styles.lines} aria-hidden>
              {ticks.map((tick) => (
                <i key={tick} style={{ left: place(from + tick) }} />
              ))}
              {live ? <b style={{ left: place(now) }} /> : null}
            </div>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              const { task, span } = row;
              const isGroup = row.members !== undefined;
              return (
                <div
                  key={task.id}
                  role="row"
                  aria-selected={task.path === selected}
                  aria-rowindex={item.index + 1}
                  className={`${styles.row} ${styles.task} ${task.path === selected ? styles.on : ''} st-${row.state}`}
                  style={{ transform: `translateY(${item.start}px)` }}
                  onClick={() => onSelect(task.path)}
                  onMouseEnter={() => setHovered(task.path)}
                  onMouseLeave={() => setHovered(undefined)}
                >
                  <span role="gridcell" className={styles.name} style={{ paddingLeft: 8 + row.depth * 18 }}>
                    {isGroup ? (
                      <button
                        type="button"
                        className={styles.fold}
                        aria-expanded={row.unfolded}
                        aria-label={row.unfolded ? t.graph.fold : t.graph.unfold}
                        onClick={(event) => {
                          event.stopPropagation();
                          toggle(task.path);
                        }}
                      >
                        <Icon name={row.unfolded ? 'down' : 'right'} size={14} />
                      </button>
                    ) : (
                      <span className={styles.fold} />
                    )}
                    <StateGlyph state={row.state} decorative />
                    <span className="b cut" title={task.path}>
                      {task.iteration === undefined ? task.name : t.timeline.iteration(task.iteration)}
                    </span>
                    {isGroup && row.members ? <span className={styles.count}>×{row.members}</span> : null}
                  </span>
                  <span role="gridcell" className={styles.chart}>
                    <TimelineBar row={row} place={place} critical={marked && onPath.has(task.path) && !row.unfolded} />
                    {hovered === task.path && span ? <TimelineCard row={row} place={place} /> : null}
                  </span>
                  <span role="gridcell" className={styles.duration}>
                    {task.state === 'CACHED' || task.state === 'SKIPPED' ? t.states[row.state] : span?.started !== undefined ? formatDuration(span.to - span.started, language) : ''}
                  </span>
                </div>
              );
            })}
          </div>
          <div className={`${styles.row} ${styles.atOnce}`} role="row">
            <span role="gridcell" className={styles.name}>
              {t.timeline.atOnce}
              <span className="grow" />
              <span className="t3">{t.timeline.most(atOnce.most)}</span>
            </span>
            <span role="gridcell" className={styles.chart}>
              <AtOnceChart atOnce={atOnce} from={from} width={width} end={end} />
            </span>
            <span role="gridcell" className={styles.duration}>
              {live ? t.timeline.atOnceNow(atOnce.steps.at(-1)?.count ?? 0) : ''}
            </span>
          </div>
        </div>
      </div>
    </div>
  );
}

/** A path and the groups around it: a folded group shows the rule of its members. */
function withGroups(path: string): string[] {
  const parts: string[] = [];
  for (let at = path.length; at > 0; at = Math.max(path.lastIndexOf('/', at - 1), path.lastIndexOf('#', at - 1))) parts.push(path.slice(0, at));
  return parts;
}

function AtOnceChart({ atOnce: { most, steps }, from, width, end }: { readonly atOnce: AtOnce; readonly from: number; readonly width: number; readonly end: number }) {
  if (most === 0) return null;
  const x = (time: number) => (((time - from) / width) * 1000).toFixed(2);
  const y = (count: number) => (40 - (count / most) * 36).toFixed(2);
  const line = steps.map(({ time, count }) => `H${x(time)}V${y(count)}`).join('');
  return (
    <svg viewBox="0 0 1000 40" preserveAspectRatio="none" width="100%" height="40" aria-hidden>
      <path d={`M0 40${line}H${x(end)}V40Z`} fill="var(--mr-c1)" opacity=".22" />
    </svg>
  );
}

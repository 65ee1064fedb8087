'use client';
import type { TaskSummary } from '@millrace/api-contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Elapsed, When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { factOf } from '@/features/run-graph';
import { useTexts } from '@/i18n/use-texts';
import { visualOfTask } from '@/states/visual-state';
import { useRowCursor } from '../hooks/use-row-cursor';
import styles from './TaskTable.module.css';

const ROW = 36;

interface TaskTableProps {
  readonly tasks: readonly TaskSummary[];
  readonly visible: ReadonlySet<string> | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (path: string) => void;
}

/** One row a task; only those in view are in the document. */
export function TaskTable({ tasks, visible, selected, onSelect }: TaskTableProps) {
  const t = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => tasks.filter((task) => task.kind === 'container' && (!visible || visible.has(task.path))), [tasks, visible]);
  const paths = useMemo(() => rows.map(({ path }) => path), [rows]);
  const byPath = useMemo(() => new Map(tasks.map((task) => [task.path, task])), [tasks]);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12, scrollPaddingStart: 30 });
  const at = rows.findIndex((task) => task.path === selected);
  useRowCursor(paths, selected, onSelect);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  if (rows.length === 0) return <EmptyState title={visible ? t.run.noMatch : t.run.noTasks} text={visible ? undefined : t.run.noTasksText} />;
  return (
    <div ref={scroller} className={styles.scroll} role="grid" aria-rowcount={rows.length} aria-label={t.run.table} tabIndex={0}>
      <div className={`${styles.row} ${styles.head}`} role="row">
        <span role="columnheader">{t.run.columns.task}</span>
        <span role="columnheader">{t.run.columns.state}</span>
        <span role="columnheader" className="num">
          {t.run.columns.attempts}
        </span>
        <span role="columnheader" className="num">
          {t.run.columns.queued}
        </span>
        <span role="columnheader" className="num">
          {t.run.columns.duration}
        </span>
        <span role="columnheader">{t.run.columns.started}</span>
        <span role="columnheader">{t.run.columns.fact}</span>
      </div>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const task = rows[item.index];
          if (!task) return null;
          const state = visualOfTask(task.state);
          const scope = task.parent_path.replace(/^root\/?/, '');
          const ran = task.state !== 'CACHED';
          return (
            <div
              key={task.id}
              role="row"
              aria-selected={task.path === selected}
              aria-rowindex={item.index + 1}
              className={`${styles.row} ${task.path === selected ? styles.on : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => onSelect(task.path)}
            >
              <span role="gridcell" className={styles.name}>
                <StateGlyph state={state} decorative />
                <span className="b cut" title={task.path}>
                  {task.name}
                </span>
                {scope ? <span className="sm t3 cut">{scope}</span> : null}
              </span>
              <span role="gridcell" className={`st-${state} ${styles.state}`}>
                {t.states[state]}
              </span>
              <span role="gridcell" className="num">
                {task.attempts > 0 ? task.attempts : ''}
              </span>
              <span role="gridcell" className="num t2">
                {task.queued_at && ran ? <Elapsed from={task.queued_at} to={task.started_at ?? (task.state === 'PENDING' ? undefined : task.queued_at)} /> : ''}
              </span>
              <span role="gridcell" className="num">
                {ran ? <Elapsed from={task.started_at} to={task.finished_at} /> : ''}
              </span>
              <span role="gridcell" className="t2 cut">
                <When time={task.started_at} />
              </span>
              <span role="gridcell" className={`cut ${task.state === 'FAILED' ? styles.cause : 't2'}`} title={task.message}>
                {factOf(task, byPath, t)}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

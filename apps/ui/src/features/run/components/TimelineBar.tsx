'use client';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { formatDuration } from '@/format/duration';
import { formatClock } from '@/format/time';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import type { TimelineRow } from '../lib/timeline-rows';
import styles from './Timeline.module.css';

interface BarProps {
  readonly row: TimelineRow;
  /** Where a time is, as a share of the width. */
  readonly place: (time: number) => string;
}

/** Hatched: queued; solid: running; a bracket: a group; a ring: from the cache. A failure says its cause beside the bar. */
export function TimelineBar({ row, place, critical }: BarProps & { readonly critical: boolean }) {
  const t = useTexts();
  const { task, span } = row;
  if (!span) return null;
  const { queued, started, to } = span;
  const piece = (from: number, until: number) => ({ left: place(from), width: `calc(${place(until)} - ${place(from)})` });
  const label = task.state === 'FAILED' && row.members === undefined ? [task.message, task.attempts > 1 ? t.graph.attempts(task.attempts) : undefined].filter(Boolean).join(', ') : '';
  return (
    <>
      {task.state === 'CACHED' ? (
        <i className={styles.cached} style={{ left: place(to) }} />
      ) : row.members !== undefined ? (
        <i className={styles.hull} style={piece(queued, to)} />
      ) : (
        <>
          {(started ?? to) > queued ? <i className={`${styles.piece} ${styles.queued}`} style={piece(queued, started ?? to)} /> : null}
          {started === undefined ? null : <i className={`${styles.piece} ${styles.ran} ${task.state === 'RUNNING' ? styles.moving : ''}`} style={piece(started, to)} />}
        </>
      )}
      {critical ? <i className={styles.critical} style={piece(queued, to)} /> : null}
      {label ? (
        <span className={styles.cause} style={{ left: `calc(${place(to)} + 8px)` }} title={task.message}>
          {label}
        </span>
      ) : null}
    </>
  );
}

/** What the hovered bar means, in figures. */
export function TimelineCard({ row: { task, span, state }, place }: BarProps) {
  const t = useTexts();
  const language = useLanguage();
  if (!span) return null;
  const { queued, started, to } = span;
  return (
    <div role="tooltip" className={styles.card} style={{ left: `min(${place(queued)}, 100% - 300px)` }}>
      <div className={styles.cardHead}>
        <StateGlyph state={state} decorative />
        <b className="cut">{task.name}</b>
      </div>
      <dl>
        <dt>{t.timeline.ready}</dt>
        <dd>{formatClock(new Date(queued), { milliseconds: true })}</dd>
        {task.kind === 'container' && task.state !== 'CACHED' ? (
          <>
            <dt>{t.timeline.queued}</dt>
            <dd>{formatDuration((started ?? to) - queued, language)}</dd>
          </>
        ) : null}
        {started !== undefined && task.state !== 'CACHED' ? (
          <>
            <dt>{t.timeline.running}</dt>
            <dd>{formatDuration(to - started, language)}</dd>
          </>
        ) : null}
        {task.attempts > 1 ? (
          <>
            <dt>{t.run.columns.attempts}</dt>
            <dd>{task.attempts}</dd>
          </>
        ) : null}
      </dl>
    </div>
  );
}

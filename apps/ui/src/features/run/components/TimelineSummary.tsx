'use client';
import { formatDuration } from '@/format/duration';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import type { CriticalPath } from '../lib/critical-path';
import styles from './Timeline.module.css';

interface SummaryProps {
  readonly critical: CriticalPath;
  readonly total: number;
  readonly live: boolean;
  readonly onSelect: (path: string) => void;
}

/** Below this share waiting is not worth the first sentence. */
const WAITED_LONG = 0.25;

/** Where the time went, in one sentence and one bar. */
export function TimelineSummary({ critical, total, live, onSelect }: SummaryProps) {
  const t = useTexts();
  const language = useLanguage();
  const { running, queued, between, longest } = critical;
  const text = (span: number) => formatDuration(span, language);
  const rest = Math.max(0, total - running - queued - between);
  const shares = [
    { key: 'running', span: running, label: t.timeline.running, look: styles.shareRunning },
    { key: 'queued', span: queued, label: t.timeline.queued, look: styles.shareQueued },
    { key: 'between', span: between + rest, label: t.timeline.between, look: styles.shareBetween },
  ].filter(({ span }) => span > 0);
  return (
    <section className={styles.summary} aria-label={t.timeline.whereTimeWent}>
      <div>
        <p className={styles.sentence}>
          {longest === undefined ? t.timeline.nothingRan : queued > WAITED_LONG * total ? t.timeline.waited(text(queued), text(total)) : t.timeline.worked(text(running), text(total), live)}
        </p>
        {longest && critical.tasks.length > 1 ? (
          <p className="t2">
            {t.timeline.longestBefore}
            <button type="button" className="link" onClick={() => onSelect(longest.task.path)}>
              {longest.task.name}
            </button>
            {t.timeline.longestAfter(text(longest.running), critical.tasks.length)}
          </p>
        ) : null}
      </div>
      <div>
        <div className={styles.shares} aria-hidden>
          {shares.map(({ key, span, look }) => (
            <i key={key} className={look} style={{ flexGrow: span }} />
          ))}
        </div>
        <div className={styles.shareTexts}>
          {shares.map(({ key, span, label, look }) => (
            <span key={key}>
              <i className={look} aria-hidden />
              {label} <b>{text(span)}</b>
            </span>
          ))}
        </div>
      </div>
    </section>
  );
}

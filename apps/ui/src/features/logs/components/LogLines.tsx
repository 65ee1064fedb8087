'use client';
import { memo } from 'react';
import { formatClock, formatExactTime } from '@/format/time';
import { useTexts } from '@/i18n/use-texts';
import { ansiSpans, levelOf, markHits } from '../lib/ansi-spans';
import type { LogLine } from '../lib/log-window';
import styles from './LogView.module.css';

interface LogRowProps {
  readonly line: LogLine;
  readonly wanted: string;
  readonly marked: boolean;
  readonly current: boolean;
  readonly onLink: (line: number, extend: boolean) => void;
}

/** Number, time, mark, text. Shift and a click on a number make a range. */
export const LogRow = memo(function LogRow({ line, wanted, marked, current, onLink }: LogRowProps) {
  const t = useTexts();
  const level = levelOf(line);
  const time = line.time ? new Date(line.time) : undefined;
  return (
    <div className={[styles.line, line.stream === 'stderr' ? styles.stderr : '', level ? styles[level] : '', marked ? styles.marked : '', current ? styles.current : ''].filter(Boolean).join(' ')}>
      <a
        href={`#L${line.number}`}
        className={styles.number}
        tabIndex={-1}
        aria-label={t.logs.linkToLine(line.number)}
        onClick={(event) => {
          event.preventDefault();
          onLink(line.number, event.shiftKey);
        }}
      >
        {line.number}
      </a>
      <span className={styles.time} title={time ? formatExactTime(time) : undefined}>
        {time ? formatClock(time, { milliseconds: true }) : ''}
      </span>
      <b className={styles.level}>{level === 'error' ? 'E' : level === 'warning' ? 'W' : ''}</b>
      <span className={styles.text}>
        {markHits(ansiSpans(line.text), wanted).map((span, index) =>
          span.hit ? <mark key={index}>{span.text}</mark> : span.classes ? <span key={index} className={span.classes.split(' ').map((name) => styles[name]).join(' ')}>{span.text}</span> : span.text,
        )}
      </span>
    </div>
  );
});

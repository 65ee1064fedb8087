'use client';
import { useTexts } from '@/i18n/use-texts';
import { STRIP_ORDER, sumOf, type VisualCounts, type VisualState } from '@/states/visual-state';
import styles from './Strip.module.css';

interface StripProps {
  readonly counts: VisualCounts;
  /** Makes each share a filter. */
  readonly chosen?: VisualState | undefined;
  readonly onChoose?: (state: VisualState | undefined) => void;
}

/** A run drawn as one share per task state: the same everywhere. */
export function Strip({ counts, chosen, onChoose }: StripProps) {
  const t = useTexts();
  const shares = STRIP_ORDER.filter((state) => counts[state]);
  const words = shares.map((state) => `${counts[state]} ${t.states[state]}`);
  if (!onChoose || sumOf(counts) === 0) {
    return (
      <span className={styles.strip} role="img" aria-label={words.join(', ')}>
        {shares.map((state, index) => (
          <i key={state} className={`${styles.share} ${styles[state] ?? ''} st-${state}`} style={{ flexGrow: counts[state] }} title={words[index]} />
        ))}
      </span>
    );
  }
  return (
    <span className={`${styles.strip} ${styles.choosable}`}>
      {shares.map((state, index) => (
        <button
          key={state}
          type="button"
          className={`${styles.share} ${styles[state] ?? ''} st-${state} ${chosen && chosen !== state ? styles.dim : ''}`}
          style={{ flexGrow: counts[state] }}
          title={words[index]}
          aria-label={words[index]}
          aria-pressed={chosen === state}
          onClick={() => onChoose(chosen === state ? undefined : state)}
        />
      ))}
    </span>
  );
}

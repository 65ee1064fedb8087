'use client';
import type { RunPreview } from '@millrace/api-contract';
import { Button } from '@/components/ui/Button';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Strip } from '@/components/ui/Strip';
import { useTexts } from '@/i18n/use-texts';
import { keyCaps } from '@/features/frame';
import type { DraftProblem } from '../lib/parameter-drafts';
import styles from './Summary.module.css';

interface SummaryProps {
  readonly preview: RunPreview | undefined;
  readonly previewError: unknown;
  readonly problems: readonly DraftProblem[];
  readonly repeat: boolean;
  readonly starting: boolean;
  readonly onGoTo: (problem: DraftProblem) => void;
  readonly onStart: () => void;
}

/** What will run, what is reused, every problem, and the button. */
export function Summary({ preview, previewError, problems, repeat, starting, onGoTo, onStart }: SummaryProps) {
  const t = useTexts();
  const [first] = problems;
  return (
    <section className={styles.card}>
      <header>
        <h2>{t.newRun.whatWillRun}</h2>
        <span className="grow" />
        <span className="sm t3">{preview ? t.newRun.tasks(preview.tasks) : ''}</span>
      </header>
      <div className={styles.body}>
        <div className={styles.strip}>
          <Strip counts={preview ? { cached: preview.cached, pending: preview.run + preview.undecided } : {}} />
        </div>
        <ul className={styles.list}>
          {preview ? (
            <>
              <li>
                <StateGlyph state="cached" decorative />
                <b>{preview.cached}</b> {t.newRun.reused}
              </li>
              <li>
                <StateGlyph state="pending" decorative />
                <b>{preview.run}</b> {t.newRun.run}
              </li>
            </>
          ) : null}
          {preview && preview.undecided > 0 ? (
            <li>
              <StateGlyph state="pending" decorative />
              <b>{preview.undecided}</b> {t.newRun.undecided(preview.undecided)}
            </li>
          ) : null}
        </ul>
        {preview?.warnings?.map((warning) => (
          <p className={styles.note} key={warning}>
            {warning}
          </p>
        ))}
        {previewError && problems.length === 0 ? <p className={styles.note}>{t.newRun.previewFailed}</p> : null}
        {first ? (
          <div className={styles.problems} role="status">
            <StateGlyph state="failed" decorative />
            <div className={styles.problemList}>
              <b>{t.newRun.problems(problems.length)}</b>
              {problems.slice(0, 6).map((problem, index) => (
                <p key={`${problem.name}${index}`}>
                  {problem.message}{' '}
                  <button type="button" className="link" onClick={() => onGoTo(problem)}>
                    {t.newRun.goTo}
                  </button>
                </p>
              ))}
            </div>
          </div>
        ) : null}
        <div className={styles.start}>
          <Button look="primary" keys={problems.length > 0 ? undefined : keyCaps('Mod+Enter').join('')} aria-disabled={problems.length > 0 || starting} onClick={() => (first ? onGoTo(first) : onStart())}>
            {starting ? t.newRun.starting : repeat ? t.recurring.create : t.newRun.start}
          </Button>
        </div>
      </div>
    </section>
  );
}

import type { Finding } from '@millrace/api-contract';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { useTexts } from '@/i18n/use-texts';
import type { VisualState } from '@/states/visual-state';
import styles from './FindingList.module.css';

/** Only its shape and colour: the word beside it is the verdict's own. */
const GLYPH: Readonly<Record<Finding['verdict'], VisualState>> = { error: 'failed', warning: 'waiting', unknown: 'pending', ok: 'succeeded' };

/** Each finding with what it means and what to do. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  const t = useTexts();
  return (
    <ul className={styles.list} aria-label={t.status.findings}>
      {findings.map(({ check, verdict, what, why, remedy }) => (
        <li key={`${check} ${what}`} className={styles.finding}>
          <span className={styles.glyph}>
            <StateGlyph state={GLYPH[verdict]} decorative />
          </span>
          <div className={styles.text}>
            <p className={verdict === 'ok' ? styles.fine : styles.what}>{what}</p>
            {why ? <p className="t2">{why}</p> : null}
            {remedy ? <p className={styles.remedy}>{remedy}</p> : null}
          </div>
          <span className={styles.verdict}>
            <span className="mono t3">{check}</span>
            <span className={styles.word}>{t.status.verdicts[verdict]}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

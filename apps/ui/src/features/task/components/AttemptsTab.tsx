'use client';
import type { TaskDetail } from '@millrace/api-contract';
import { Elapsed } from '@/components/ui/Elapsed';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { formatClock, formatExactTime } from '@/format/time';
import { useTexts } from '@/i18n/use-texts';
import { visualOfTask } from '@/states/visual-state';
import { useSearchState } from '@/url/use-search-state';
import styles from './TaskPanel.module.css';

/** Every try of the task, the newest first. */
export function AttemptsTab({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  const url = useSearchState();
  if (task.attempt_list.length === 0) return <p className={styles.nothing}>{task.state === 'CACHED' ? t.task.noAttemptsCached : task.state === 'SKIPPED' ? t.task.noAttemptsSkipped : t.task.noAttempts}</p>;
  return (
    <ul className={styles.attempts}>
      {task.attempt_list.map((attempt, index) => ({ attempt, number: index + 1 })).toReversed().map(({ attempt, number }) => {
        const begun = attempt.started_at ? new Date(attempt.started_at) : undefined;
        return (
          <li key={attempt.node_id} className={styles.attempt}>
            <StateGlyph state={visualOfTask(attempt.state)} />
            <button type="button" className="link" style={{ justifySelf: 'start' }} onClick={() => url.push({ tab: undefined, attempt: String(attempt.index), line: undefined })}>
              {t.task.attempt(number)}
            </button>
            <span className="t2" style={{ overflowWrap: 'anywhere' }}>
              {[attempt.message, attempt.exit_code === undefined ? '' : t.task.exitCode(attempt.exit_code)].filter(Boolean).join(', ')}
            </span>
            <span className="sm t3 nw" title={begun ? formatExactTime(begun) : undefined}>
              {begun ? formatClock(begun) : ''} <Elapsed from={attempt.started_at} to={attempt.finished_at} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

'use client';
import type { TaskDetail } from '@millrace/api-contract';
import { useState } from 'react';
import { Segmented } from '@/components/ui/Segmented';
import { LogView } from '@/features/logs';
import { formatDuration } from '@/format/duration';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { useSearchState } from '@/url/use-search-state';
import styles from './TaskPanel.module.css';

/** The logs of a task, one attempt at a time; the newest first. */
export function TaskLogs({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  const language = useLanguage();
  const url = useSearchState();
  const [wanted, setWanted] = useState('');
  // One that waits for its turn or its pod has no log that could be asked for.
  const attempts = task.attempt_list.filter(({ state, started_at }) => state !== 'PENDING' || started_at !== undefined);
  const asked = attempts.find((attempt) => String(attempt.index) === url.get('attempt'));
  const attempt = asked ?? attempts.at(-1);
  if (!attempt) {
    const why = task.state === 'CACHED' ? t.task.noAttemptsCached : task.state === 'SKIPPED' ? t.task.noAttemptsSkipped : t.logs.notStarted;
    return <p className={styles.nothing}>{why}</p>;
  }
  const number = attempts.indexOf(attempt) + 1;
  const span = attempt.started_at && attempt.finished_at ? formatDuration(Date.parse(attempt.finished_at) - Date.parse(attempt.started_at), language) : '';
  return (
    <LogView
      key={attempt.node_id}
      source={{ runId: task.run_id, taskId: task.id, attempt: attempt.index }}
      running={attempt.state === 'RUNNING' || attempt.state === 'PENDING'}
      wanted={wanted}
      onWanted={setWanted}
      range={url.get('line')}
      onRange={(line) => url.replace({ line, attempt: asked ? url.get('attempt') : String(attempt.index) })}
      attempts={
        attempts.length > 1 ? (
          <Segmented
            small
            label={t.task.tabs.attempts}
            value={String(attempt.index)}
            options={attempts.slice(-4).map((each) => ({ value: String(each.index), label: t.task.attempt(attempts.indexOf(each) + 1) }))}
            onChange={(next) => url.push({ attempt: next, line: undefined })}
          />
        ) : null
      }
      ending={
        span ? (
          <p className={`${styles.ending} ${attempt.state === 'FAILED' ? styles.endingBad : ''}`}>
            {!attempt.exit_code ? t.logs.ended(number, span) : t.logs.endedWith(number, attempt.exit_code, span)}
          </p>
        ) : null
      }
    />
  );
}

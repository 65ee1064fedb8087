'use client';
import type { TaskDetail } from '@millrace/api-contract';
import Link from 'next/link';
import { Button } from '@/components/ui/Button';
import { CopyButton } from '@/components/ui/CopyButton';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { shortId } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { useLastStderr } from '../hooks/use-last-stderr';
import { explainFailure } from '../lib/explain-failure';
import styles from './WhyCard.module.css';

interface WhyProps {
  readonly task: TaskDetail;
  readonly onLogs: () => void;
}

/** One sentence on why the task is as it is; nothing for a task that simply ran. */
export function WhyCard({ task, onLogs }: WhyProps) {
  if (task.state === 'FAILED' && task.kind === 'container') return <WhyFailed task={task} onLogs={onLogs} />;
  if (task.state === 'CACHED') return <WhyCached task={task} />;
  if (task.state === 'SKIPPED' && task.message) return <WhySkipped task={task} />;
  if (isHeldUp(task)) return <WhyWaiting task={task} />;
  return null;
}

/** Whether a task that has not begun, or is not over though its process is, says why: a word such as `ContainerCreating` is no reason. */
export function isHeldUp({ kind, state, message }: Pick<TaskDetail, 'kind' | 'state' | 'message'>): boolean {
  return (state === 'PENDING' || (state === 'RUNNING' && kind === 'container')) && message?.includes(' ') === true;
}

function WhyFailed({ task, onLogs }: WhyProps) {
  const t = useTexts();
  const { cause, exitCode, raw } = explainFailure(task);
  const last = task.attempt_list.at(-1);
  const stderr = useLastStderr(task.run_id, task.id, cause === undefined ? last?.index : undefined);
  return (
    <section className={`${styles.why} ${styles.failed}`} aria-label={t.task.why}>
      <p className={styles.head}>
        <StateGlyph state="failed" size={13} decorative />
        {t.task.why}
      </p>
      {cause ? (
        <p className={styles.cause}>{withName(cause, task.name)}</p>
      ) : (
        <>
          <p className={styles.cause}>{stderr === undefined ? t.task.exited(task.name, exitCode ?? 1) : stderr ? t.task.unknownCause(task.name) : t.task.unknownCauseNoLog(task.name)}</p>
          {stderr ? <p className={`mono ${styles.quote}`}>{stderr}</p> : null}
        </>
      )}
      <div className={styles.actions}>
        {last ? (
          <Button small onClick={onLogs}>
            {t.task.showEnd}
          </Button>
        ) : null}
        <span className="grow" />
        <span className="sm t3 cut">{[raw && exitCode === undefined ? raw : '', exitCode === undefined ? '' : t.task.exitCode(exitCode)].filter(Boolean).join(', ')}</span>
      </div>
    </section>
  );
}

/** The task's name stands out where the sentence begins with it. */
function withName(sentence: string, name: string) {
  if (!sentence.startsWith(name)) return sentence;
  return (
    <>
      <b>{name}</b>
      {sentence.slice(name.length)}
    </>
  );
}

function WhyCached({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  const source = task.cached_from;
  return (
    <section className={`${styles.why} ${styles.cached}`} aria-label={t.task.whyCached}>
      <p className={styles.head}>
        <StateGlyph state="cached" size={13} decorative />
        {t.task.whyCached}
      </p>
      <p className={styles.cause}>
        {source ? (
          <>
            {t.task.cachedSentence(task.name)}{' '}
            <Link prefetch={false} className="link" href={`/runs/${source.run_id}?task=${encodeURIComponent(task.path)}`}>
              {source.run_name ?? shortId(source.run_id)}
            </Link>
            {t.task.cachedSentenceEnd}
          </>
        ) : (
          t.task.cachedUnknown(task.name)
        )}
      </p>
      {task.fingerprint ? (
        <div className={styles.actions}>
          <span className="grow" />
          <span className="mono t3">{t.task.key(`${task.fingerprint.slice(0, 4)}…${task.fingerprint.slice(-4)}`)}</span>
          <CopyButton text={task.fingerprint} />
        </div>
      ) : null}
    </section>
  );
}

function WhySkipped({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  return (
    <section className={`${styles.why} ${styles.skipped}`} aria-label={t.task.skipped}>
      <p className={styles.head}>
        <StateGlyph state="skipped" size={13} decorative />
        {t.task.skipped}
      </p>
      <p className={styles.cause}>{task.message}</p>
    </section>
  );
}

function WhyWaiting({ task }: { readonly task: TaskDetail }) {
  const t = useTexts();
  const [state, question] = task.state === 'RUNNING' ? (['running', t.task.whyNotOver] as const) : (['pending', t.task.whyWaiting] as const);
  return (
    <section className={`${styles.why} ${styles.skipped}`} aria-label={question}>
      <p className={styles.head}>
        <StateGlyph state={state} size={13} decorative />
        {question}
      </p>
      <p className={styles.cause}>{task.message}</p>
    </section>
  );
}

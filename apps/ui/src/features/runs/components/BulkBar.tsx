'use client';
import type { RunSummary } from '@millrace/api-contract';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button, IconButton } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/Dialog';
import { useTexts } from '@/i18n/use-texts';
import { isActive, isRetriable } from '@/states/visual-state';
import type { useRunActions } from '../hooks/use-run-actions';
import styles from './BulkBar.module.css';

interface BulkBarProps {
  readonly runs: readonly RunSummary[];
  readonly archived: boolean;
  readonly actions: ReturnType<typeof useRunActions>;
  readonly onClear: () => void;
}

/** What can be done with the selected runs. */
export function BulkBar({ runs, archived, actions, onClear }: BulkBarProps) {
  const t = useTexts();
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const active = runs.filter(isActive);
  const retriable = runs.filter(isRetriable);
  return (
    <div className={styles.bar} role="toolbar" aria-label={t.runs.selected(runs.length)}>
      <b>{t.runs.selected(runs.length)}</b>
      <span className={styles.line} />
      {runs.length === 1 ? (
        <Button small look="quiet" onClick={() => router.push(`/runs/new?clone=${runs[0]?.id}`)}>
          {t.runs.runAgain}
        </Button>
      ) : null}
      {retriable.length > 0 ? (
        <Button small look="quiet" title={t.runs.retryHint} onClick={() => void actions.retry(retriable).then(onClear)}>
          {t.runs.retry}
        </Button>
      ) : null}
      {active.length > 0 ? (
        <Button small look="quiet" onClick={() => void actions.terminate(active).then(onClear)}>
          {t.runs.terminate}
        </Button>
      ) : null}
      <Button small look="quiet" keys="E" onClick={() => void actions.archive(runs, archived ? 'unarchive' : 'archive').then(onClear)}>
        {archived ? t.runs.unarchive : t.runs.archive}
      </Button>
      <Button small look="quiet" onClick={() => setAsking(true)}>
        {t.runs.delete}
      </Button>
      <span className={styles.line} />
      <IconButton icon="close" label={t.runs.clearSelection} onClick={onClear} />
      {asking ? (
        <ConfirmDialog
          title={t.runs.deleteTitle(runs.length)}
          text={
            <>
              <p className={styles.names}>{runs.slice(0, 5).map((run) => run.name).join(', ') + (runs.length > 5 ? ' …' : '')}</p>
              <p>{t.runs.deleteText}</p>
            </>
          }
          action={t.runs.delete}
          cancel={t.common.cancel}
          onConfirm={() => void actions.remove(runs).then(onClear)}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}

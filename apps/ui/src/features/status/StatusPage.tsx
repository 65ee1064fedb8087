'use client';
import { Button } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { PageHead } from '@/features/frame';
import { formatClock } from '@/format/time';
import { useTexts } from '@/i18n/use-texts';
import { useDiagnosis, useServer } from '@/live/queries';
import { FindingList } from './components/FindingList';
import { sumUp } from './lib/sum-up';
import styles from './StatusPage.module.css';

/** What the server finds wrong with its install, and what to do: `millrace doctor` as far as the server itself sees. */
export function StatusPage() {
  const t = useTexts();
  const query = useDiagnosis();
  const server = useServer();
  const looked = query.data;
  const { findings, counts } = sumUp({ findings: looked?.findings ?? [] });
  return (
    <>
      <PageHead
        title={t.status.title}
        refetching={query.isFetching}
        aside={looked ? <span className="sm t3 nw">{t.status.examined(formatClock(new Date(looked.examined_at)))}</span> : undefined}
        actions={
          <Button icon="reset" disabled={query.isFetching} onClick={() => void query.refetch()}>
            {t.status.again}
          </Button>
        }
      />
      <div className={styles.scroll}>
        {query.isError && !looked ? <ErrorCard title={t.status.title} error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.isPending ? <SkeletonRows rows={6} /> : null}
        {looked && findings.length === 0 ? <EmptyState title={t.status.nothing} /> : null}
        {findings.length > 0 ? (
          <>
            <p className={styles.answer}>{t.status.answer(counts)}</p>
            <FindingList findings={findings} />
            <p className={styles.further}>{t.status.further[server.data?.substrate === 'kubernetes' ? 'cluster' : 'machine']}</p>
          </>
        ) : null}
      </div>
    </>
  );
}

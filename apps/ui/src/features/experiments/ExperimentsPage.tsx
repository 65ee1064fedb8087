'use client';
import { useEffect, useRef } from 'react';
import { hostAddress } from '@/api/base-path';
import { nameOf, timeOf } from '@/api/kfp';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { DelayedSearch, focusRow, ListTable } from '@/components/ui/ListTable';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { Tag } from '@/components/ui/Tag';
import { PageHead } from '@/features/frame';
import { Pager } from '@/features/runs';
import { useTexts } from '@/i18n/use-texts';
import { useExperiments } from '@/live/queries';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useSearchState } from '@/url/use-search-state';
import styles from './components/Experiments.module.css';

const PAGE_SIZE = 50;

export function ExperimentsPage() {
  const t = useTexts();
  const url = useSearchState();
  const text = url.get('q') ?? '';
  const list = useExperiments({ text: text || undefined, pageToken: url.get('page'), pageSize: PAGE_SIZE });
  const experiments = list.data?.experiments ?? [];
  const filter = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${t.experiments.title} · Millrace`;
  }, [t]);
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: '/', label: t.keys.find, group, run: () => filter.current?.focus() },
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => focusRow(scroller.current, 1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => focusRow(scroller.current, -1) },
  ]);
  return (
    <>
      <PageHead title={t.experiments.title} refetching={list.isFetching && list.data !== undefined} />
      <div className={styles.tools}>
        <DelayedSearch fieldRef={filter} value={text} label={t.runs.filterByName} onChange={(q) => url.replace({ q, page: undefined, from: undefined })} />
        <span className="grow" />
        <span className="sm t3 nw">{list.data ? t.experiments.total(list.data.total_size ?? 0) : ''}</span>
      </div>
      <div className={styles.scroll} ref={scroller}>
        {list.isPending ? <SkeletonRows rows={6} /> : null}
        {list.isError && !list.data ? <ErrorCard title={t.experiments.title} error={list.error} onRetry={() => void list.refetch()} /> : null}
        {experiments.length > 0 ? (
          <>
            <ListTable
              items={experiments}
              idOf={(experiment) => experiment.experiment_id}
              nameOf={nameOf}
              hrefOf={(experiment) => `/experiments/${experiment.experiment_id}`}
              nameLabel={t.experiments.columns.name}
              columns={[
                {
                  label: t.experiments.columns.description,
                  className: 'wide',
                  cell: (experiment) => (
                    <>
                      {experiment.storage_state === 'ARCHIVED' ? <Tag>{t.common.archived}</Tag> : null} {experiment.description ?? ''}
                    </>
                  ),
                },
                { label: t.experiments.columns.lastRun, className: 'time', cell: (experiment) => <When time={timeOf(experiment.last_run_created_at)} /> },
                { label: t.experiments.columns.created, className: 'time', cell: (experiment) => <When time={experiment.created_at} /> },
              ]}
            />
            <Pager count={experiments.length} pageSize={PAGE_SIZE} next={list.data?.next_page_token} />
          </>
        ) : null}
        {list.isSuccess && experiments.length === 0 ? (
          text ? <EmptyState title={t.experiments.emptyFiltered} /> : <EmptyState title={t.experiments.emptyTitle} text={t.experiments.emptyText} code={`kfp --endpoint ${hostAddress()} experiment create my-experiment`} />
        ) : null}
      </div>
    </>
  );
}

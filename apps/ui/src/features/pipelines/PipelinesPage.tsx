'use client';
import { useEffect, useRef } from 'react';
import { hostAddress } from '@/api/base-path';
import { nameOf } from '@/api/kfp';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { DelayedSearch, focusRow, ListTable } from '@/components/ui/ListTable';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { PageHead } from '@/features/frame';
import { useTexts } from '@/i18n/use-texts';
import { usePipelines } from '@/live/queries';
import { Pager } from '@/features/runs';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useSearchState } from '@/url/use-search-state';
import { UploadArea } from './components/UploadArea';
import styles from './components/PipelinesPage.module.css';

const PAGE_SIZE = 50;

export function PipelinesPage() {
  const t = useTexts();
  const url = useSearchState();
  const text = url.get('q') ?? '';
  const list = usePipelines({ text: text || undefined, pageToken: url.get('page'), pageSize: PAGE_SIZE });
  const pipelines = list.data?.pipelines ?? [];
  const filter = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${t.pipelines.title} · Millrace`;
  }, [t]);
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: '/', label: t.keys.find, group, run: () => filter.current?.focus() },
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => focusRow(scroller.current, 1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => focusRow(scroller.current, -1) },
  ]);
  return (
    <UploadArea>
      {(button) => (
        <>
          <PageHead title={t.pipelines.title} refetching={list.isFetching && list.data !== undefined} actions={button} />
          <div className={styles.tools}>
            <DelayedSearch fieldRef={filter} value={text} label={t.runs.filterByName} onChange={(q) => url.replace({ q, page: undefined, from: undefined })} />
            <span className="grow" />
            <span className="sm t3 nw">{list.data ? t.pipelines.total(list.data.total_size ?? 0) : ''}</span>
          </div>
          <div className={styles.scroll} ref={scroller}>
            {list.isPending ? <SkeletonRows rows={6} /> : null}
            {list.isError && !list.data ? <ErrorCard title={t.pipelines.title} error={list.error} onRetry={() => void list.refetch()} /> : null}
            {pipelines.length > 0 ? (
              <>
                <ListTable
                  items={pipelines}
                  idOf={(pipeline) => pipeline.pipeline_id}
                  nameOf={nameOf}
                  hrefOf={(pipeline) => `/pipelines/${pipeline.pipeline_id}`}
                  nameLabel={t.pipelines.columns.name}
                  columns={[
                    { label: t.pipelines.columns.description, className: 'wide', cell: (pipeline) => pipeline.description ?? '' },
                    { label: t.pipelines.columns.created, className: 'time', cell: (pipeline) => <When time={pipeline.created_at} /> },
                  ]}
                />
                <Pager count={pipelines.length} pageSize={PAGE_SIZE} next={list.data?.next_page_token} />
              </>
            ) : null}
            {list.isSuccess && pipelines.length === 0 ? (
              text ? (
                <EmptyState title={t.pipelines.emptyFiltered} />
              ) : (
                <EmptyState title={t.pipelines.emptyTitle} text={t.pipelines.emptyText} code={`kfp --endpoint ${hostAddress()} pipeline create -p my-pipeline pipeline.yaml`}>
                  {button}
                </EmptyState>
              )
            ) : null}
          </div>
        </>
      )}
    </UploadArea>
  );
}

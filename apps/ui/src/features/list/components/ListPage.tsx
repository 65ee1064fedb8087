'use client';
import type { UseQueryResult } from '@tanstack/react-query';
import { useRef, type ReactNode } from 'react';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { DelayedSearch, focusRow, ListTable, type ListTableProps } from '@/components/ui/ListTable';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { PageHead } from '@/features/frame';
import { Pager } from '@/features/runs';
import { useTexts } from '@/i18n/use-texts';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useSearchState } from '@/url/use-search-state';
import { PAGE_SIZE } from '../hooks/use-list-query';
import styles from './ListPage.module.css';

interface Page {
  readonly total_size?: number;
  readonly next_page_token?: string;
}

interface ListPageProps<Item, Answer extends Page> extends Omit<ListTableProps<Item>, 'items'> {
  readonly title: string;
  readonly list: UseQueryResult<Answer>;
  readonly itemsOf: (page: Answer) => readonly Item[] | undefined;
  readonly total: (size: number) => string;
  readonly actions?: ReactNode;
  /** In the head, below the title. */
  readonly views?: ReactNode;
  /** Shown instead of the table when there is nothing. */
  readonly empty: ReactNode;
}

/** A page that lists named things by page, with a filter by name and the keys of a list. */
export function ListPage<Item, Answer extends Page>({ title, list, itemsOf, total, actions, views, empty, ...table }: ListPageProps<Item, Answer>) {
  const t = useTexts();
  const url = useSearchState();
  const items = (list.data && itemsOf(list.data)) ?? [];
  const filter = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: '/', label: t.keys.find, group, run: () => filter.current?.focus() },
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => focusRow(scroller.current, 1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => focusRow(scroller.current, -1) },
  ]);
  return (
    <>
      <PageHead title={title} refetching={list.isFetching && list.data !== undefined} actions={actions}>
        {views}
      </PageHead>
      <div className={styles.tools}>
        <DelayedSearch fieldRef={filter} value={url.get('q') ?? ''} label={t.runs.filterByName} onChange={(q) => url.replace({ q, page: undefined, from: undefined })} />
        <span className="grow" />
        <span className="sm t3 nw">{list.data ? total(list.data.total_size ?? 0) : ''}</span>
      </div>
      <div className={styles.scroll} ref={scroller}>
        {list.isPending ? <SkeletonRows rows={6} /> : null}
        {list.isError && !list.data ? <ErrorCard title={title} error={list.error} onRetry={() => void list.refetch()} /> : null}
        {items.length > 0 ? (
          <>
            <ListTable items={items} {...table} />
            <Pager count={items.length} pageSize={PAGE_SIZE} next={list.data?.next_page_token} />
          </>
        ) : null}
        {list.isSuccess && items.length === 0 ? empty : null}
      </div>
    </>
  );
}

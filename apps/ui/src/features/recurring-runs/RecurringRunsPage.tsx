'use client';
import type { RecurringRunSummary } from '@millrace/api-contract';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { buttonClass } from '@/components/ui/Button';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Icon } from '@/components/ui/Icon';
import { DelayedSearch, focusRow, ListTable } from '@/components/ui/ListTable';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Switch } from '@/components/ui/Switch';
import { Tabs } from '@/components/ui/Tabs';
import { PageHead } from '@/features/frame';
import { Pager } from '@/features/runs';
import { useTexts } from '@/i18n/use-texts';
import { useRecurringRuns } from '@/live/queries';
import { useNow } from '@/live/use-now';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { visualOfRun } from '@/states/visual-state';
import { useSearchState } from '@/url/use-search-state';
import styles from './components/RecurringRuns.module.css';
import { useRecurringRunActions } from './hooks/use-recurring-run-actions';
import { describeTrigger } from './lib/describe-trigger';

const PAGE_SIZE = 50;
const MINUTE_MS = 60_000;

export function RecurringRunsPage() {
  const t = useTexts();
  const url = useSearchState();
  const text = url.get('q') ?? '';
  const view = url.get('view');
  const enabled = view === 'enabled' ? true : view === 'disabled' ? false : undefined;
  const list = useRecurringRuns({ text: text || undefined, pageToken: url.get('page'), pageSize: PAGE_SIZE, enabled });
  const actions = useRecurringRunActions();
  const rows = list.data?.recurring_runs ?? [];
  const filter = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = `${t.recurring.title} · Millrace`;
  }, [t]);
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: '/', label: t.keys.find, group, run: () => filter.current?.focus() },
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => focusRow(scroller.current, 1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => focusRow(scroller.current, -1) },
  ]);
  return (
    <>
      <PageHead
        title={t.recurring.title}
        refetching={list.isFetching && list.data !== undefined}
        actions={
          <Link prefetch={false} href="/runs/new?repeat=1" className={buttonClass({ look: 'primary' })}>
            <Icon name="plus" size={15} />
            {t.recurring.new}
          </Link>
        }
      >
        <Tabs
          label={t.recurring.title}
          value={view ?? 'all'}
          tabs={[
            { value: 'all', label: t.common.all },
            { value: 'enabled', label: t.recurring.enabled },
            { value: 'disabled', label: t.recurring.disabled },
          ]}
          onChange={(next) => url.push({ view: next === 'all' ? undefined : next, page: undefined, from: undefined })}
        />
      </PageHead>
      <div className={styles.tools}>
        <DelayedSearch fieldRef={filter} value={text} label={t.runs.filterByName} onChange={(q) => url.replace({ q, page: undefined, from: undefined })} />
        <span className="grow" />
        <span className="sm t3 nw">{list.data ? t.recurring.total(list.data.total_size) : ''}</span>
      </div>
      <div className={styles.scroll} ref={scroller}>
        {list.isPending ? <SkeletonRows rows={6} /> : null}
        {list.isError && !list.data ? <ErrorCard title={t.recurring.title} error={list.error} onRetry={() => void list.refetch()} /> : null}
        {rows.length > 0 ? (
          <>
            <ListTable
              items={rows}
              idOf={(run) => run.id}
              nameOf={(run) => run.name}
              hrefOf={(run) => `/recurring-runs/${run.id}`}
              nameLabel={t.recurring.columns.name}
              columns={[
                {
                  label: t.recurring.columns.enabled,
                  className: 'time',
                  cell: (run) => <Switch checked={run.enabled} label={t.recurring.enabledLabel(run.name)} onChange={(on) => void actions.setEnabled(run, on)} />,
                },
                { label: t.recurring.columns.trigger, className: 'wide', cell: (run) => <Trigger run={run} /> },
                { label: t.recurring.columns.pipeline, className: 'wide', cell: (run) => `${run.pipeline?.name ?? run.pipeline_name}${run.version ? ` ${run.version.name}` : run.pipeline ? ` · ${t.newRun.latest}` : ''}` },
                { label: t.recurring.columns.latest, className: 'time', cell: (run) => <LatestRuns run={run} /> },
                { label: t.recurring.columns.next, className: 'time', cell: (run) => (run.enabled && run.next_run_at ? <NextRun at={run.next_run_at} /> : null) },
              ]}
            />
            <Pager count={rows.length} pageSize={PAGE_SIZE} next={list.data?.next_page_token} />
          </>
        ) : null}
        {list.isSuccess && rows.length === 0 ? (
          text || view ? (
            <EmptyState title={t.recurring.emptyFiltered} />
          ) : (
            <EmptyState title={t.recurring.emptyTitle} text={t.recurring.emptyText}>
              <Link prefetch={false} href="/runs/new?repeat=1" className={buttonClass({ look: 'primary' })}>
                {t.recurring.new}
              </Link>
            </EmptyState>
          )
        ) : null}
      </div>
    </>
  );
}

function Trigger({ run }: { readonly run: RecurringRunSummary }) {
  const t = useTexts();
  if (run.error) {
    return (
      <span className="st-failed" title={run.error}>
        {run.error}
      </span>
    );
  }
  return <>{describeTrigger(run.trigger, t) ?? <code>{run.trigger.kind === 'cron' ? run.trigger.cron : ''}</code>}</>;
}

/** What is a moment away is not "just now". */
function NextRun({ at }: { readonly at: string }) {
  const t = useTexts();
  return Date.parse(at) - useNow() < MINUTE_MS ? <>{t.recurring.soon}</> : <When time={at} />;
}

function LatestRuns({ run }: { readonly run: RecurringRunSummary }) {
  return (
    <span className={styles.latest}>
      {run.latest_runs.toReversed().map((each) => (
        <Link key={each.id} prefetch={false} href={`/runs/${each.id}`} title={each.name} aria-label={each.name}>
          <StateGlyph state={visualOfRun({ state: each.state, task_counts: {} })} />
        </Link>
      ))}
    </span>
  );
}

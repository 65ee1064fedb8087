'use client';
import type { RecurringRunSummary } from '@millrace/api-contract';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/Button';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { Icon } from '@/components/ui/Icon';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Switch } from '@/components/ui/Switch';
import { Tabs } from '@/components/ui/Tabs';
import { ListPage, useListQuery } from '@/features/list';
import { useTexts } from '@/i18n/use-texts';
import { useRecurringRuns } from '@/live/queries';
import { useNow } from '@/live/use-now';
import { visualOfRun } from '@/states/visual-state';
import { useSearchState } from '@/url/use-search-state';
import styles from './components/RecurringRuns.module.css';
import { useRecurringRunActions } from './hooks/use-recurring-run-actions';
import { describeTrigger } from './lib/describe-trigger';

const MINUTE_MS = 60_000;

export function RecurringRunsPage() {
  const t = useTexts();
  const url = useSearchState();
  const query = useListQuery();
  const view = url.get('view');
  const enabled = view === 'enabled' ? true : view === 'disabled' ? false : undefined;
  const list = useRecurringRuns({ ...query, enabled });
  const actions = useRecurringRunActions();
  return (
    <ListPage
      title={t.recurring.title}
      list={list}
      itemsOf={(page) => page.recurring_runs}
      total={t.recurring.total}
      actions={
        <Link prefetch={false} href="/runs/new?repeat=1" className={buttonClass({ look: 'primary' })}>
          <Icon name="plus" size={15} />
          {t.recurring.new}
        </Link>
      }
      views={
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
      }
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
      empty={
        query.text || view ? (
          <EmptyState title={t.recurring.emptyFiltered} />
        ) : (
          <EmptyState title={t.recurring.emptyTitle} text={t.recurring.emptyText}>
            <Link prefetch={false} href="/runs/new?repeat=1" className={buttonClass({ look: 'primary' })}>
              {t.recurring.new}
            </Link>
          </EmptyState>
        )
      }
    />
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

'use client';
import type { RecurringRunDetail } from '@millrace/api-contract';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { isNotFound } from '@/api/http';
import { buttonClass } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/Dialog';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Menu } from '@/components/ui/Menu';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Switch } from '@/components/ui/Switch';
import { PageHead } from '@/features/frame';
import { RunsView } from '@/features/runs';
import { shortId } from '@/format/number';
import { isActive } from '@/states/visual-state';
import { useTexts } from '@/i18n/use-texts';
import { useRecurringRun } from '@/live/queries';
import { usePathPart } from '@/url/use-path-part';
import { useSearchState } from '@/url/use-search-state';
import styles from './components/RecurringRuns.module.css';
import { SchedulePanel } from './components/SchedulePanel';
import { useRecurringRunActions } from './hooks/use-recurring-run-actions';
import { describeTrigger } from './lib/describe-trigger';

/** One recurring run: when it runs, what comes next, and the runs it has made. */
export function RecurringRunPage() {
  const t = useTexts();
  // Also keeps the page from being made without its address, which tells which recurring run it is.
  const archived = useSearchState().get('archived') === '1';
  const id = usePathPart(1);
  const query = useRecurringRun(id);
  const name = query.data?.recurring_run.name ?? shortId(id);
  const crumbs = [{ label: t.recurring.title, href: '/recurring-runs' }, { label: shortId(id), mono: true }];
  if (query.isError && !query.data) {
    return (
      <>
        <PageHead title={t.recurring.title} crumbs={crumbs} />
        {isNotFound(query.error) ? (
          <EmptyState title={t.recurring.gone(shortId(id))} text={t.recurring.goneText}>
            <Link prefetch={false} href="/recurring-runs" className={buttonClass({ look: 'primary' })}>
              {t.recurring.title}
            </Link>
          </EmptyState>
        ) : (
          <ErrorCard title={shortId(id)} error={query.error} onRetry={() => void query.refetch()} />
        )}
      </>
    );
  }
  return (
    <>
      {query.data ? <Header detail={query.data} crumbs={crumbs} refetching={query.isFetching} /> : <PageHead title={name} crumbs={crumbs} />}
      {query.data ? <SchedulePanel detail={query.data} /> : null}
      {id ? <RunsView key={`${id}${archived}`} recurringRunId={id} empty={<EmptyState title={t.recurring.noRuns} text={t.recurring.noRunsText} />} /> : null}
    </>
  );
}

function Header({ detail, crumbs, refetching }: { readonly detail: RecurringRunDetail; readonly crumbs: React.ComponentProps<typeof PageHead>['crumbs']; readonly refetching: boolean }) {
  const t = useTexts();
  const router = useRouter();
  const actions = useRecurringRunActions();
  const [asking, setAsking] = useState<'leave' | 'end'>();
  const run = detail.recurring_run;
  const active = run.latest_runs.filter((each) => isActive({ state: each.state })).length;
  return (
    <PageHead
      title={run.name}
      crumbs={crumbs}
      refetching={refetching}
      actions={
        <>
          <span className={styles.switchCell}>
            <span className="sm t2">{run.enabled ? t.recurring.enabled : t.recurring.disabled}</span>
            <Switch checked={run.enabled} label={t.recurring.enabledLabel(run.name)} onChange={(on) => void actions.setEnabled(run, on)} />
          </span>
          <Link prefetch={false} href={`/runs/new?repeat=1&schedule=${run.id}`} className={buttonClass({})}>
            {t.recurring.copy}
          </Link>
          <Menu
            label={t.common.openMenu}
            items={[
              { label: t.common.delete, icon: 'trash', danger: true, onChoose: () => setAsking('leave') },
              ...(active > 0 ? [{ label: t.recurring.deleteAndEnd, icon: 'stop' as const, danger: true, onChoose: () => setAsking('end') }] : []),
            ]}
          />
        </>
      }
    >
      <div className={styles.facts}>
        <span>{describeTrigger(run.trigger, t) ?? (run.trigger.kind === 'cron' ? <code>{run.trigger.cron}</code> : null)}</span>
        <span className="cut">
          {t.run.pipeline}{' '}
          {run.pipeline ? (
            <Link prefetch={false} className="link" href={run.version ? `/pipelines/${run.pipeline.id}/versions/${run.version.id}` : `/pipelines/${run.pipeline.id}`}>
              {run.pipeline.name || shortId(run.pipeline.id)}
            </Link>
          ) : (
            run.pipeline_name
          )}{' '}
          {run.version ? run.version.name : run.pipeline ? t.recurring.alwaysLatest : ''}
        </span>
        <span className="cut">
          {t.run.experiment}{' '}
          <Link prefetch={false} className="link" href={`/experiments/${run.experiment.id}`}>
            {run.experiment.name}
          </Link>
        </span>
        {run.description ? (
          <span className="cut" title={run.description}>
            {run.description}
          </span>
        ) : null}
      </div>
      {run.error ? (
        <p className={styles.error} role="status">
          <StateGlyph state="failed" decorative />
          {run.error}
        </p>
      ) : null}
      {asking ? (
        <ConfirmDialog
          title={t.recurring.deleteTitle(run.name)}
          text={asking === 'end' ? t.recurring.deleteEndText : t.recurring.deleteText}
          action={t.common.delete}
          cancel={t.common.cancel}
          onConfirm={() => void actions.remove(run, asking).then((done) => done && router.push('/recurring-runs'))}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </PageHead>
  );
}

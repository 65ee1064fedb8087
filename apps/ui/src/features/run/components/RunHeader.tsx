'use client';
import type { RunDetail } from '@millrace/api-contract';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/Dialog';
import { Elapsed } from '@/components/ui/Elapsed';
import { Icon } from '@/components/ui/Icon';
import { Menu } from '@/components/ui/Menu';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Strip } from '@/components/ui/Strip';
import { PageHead } from '@/features/frame';
import { useRunActions } from '@/features/runs';
import { shortId } from '@/format/number';
import { formatClock, formatExactTime, formatTime } from '@/format/time';
import { useLanguage, useTexts } from '@/i18n/use-texts';
import { isActive, isRetriable, STRIP_ORDER, visualCounts, visualOfRun, type VisualState } from '@/states/visual-state';
import styles from './RunHeader.module.css';

interface RunHeaderProps {
  readonly detail: RunDetail;
  readonly refetching: boolean;
  readonly chosen: VisualState | undefined;
  readonly onChoose: (state: VisualState | undefined) => void;
  readonly children: React.ReactNode;
}

/** The run's answer first: what it is, how it stands, how far it is. */
export function RunHeader({ detail, refetching, chosen, onChoose, children }: RunHeaderProps) {
  const t = useTexts();
  const router = useRouter();
  const actions = useRunActions();
  const [asking, setAsking] = useState(false);
  const { run } = detail;
  const state = visualOfRun(run);
  const canceling = run.state === 'CANCELING';
  const counts = visualCounts(run.task_counts);
  return (
    <PageHead
      title={run.name}
      tab={`${canceling ? t.states.canceling : t.states[state]}: ${run.name}`}
      refetching={refetching}
      glyph={<StateGlyph state={state} size={18} canceling={canceling} />}
      crumbs={[{ label: t.nav.runs, href: '/runs' }, { label: run.experiment.name, href: `/experiments/${run.experiment.id}` }, { label: shortId(run.id), mono: true }]}
      actions={
        <>
          <Link prefetch={false} href={`/runs/new?clone=${run.id}`} className={buttonClass({})}>
            <Icon name="copy" size={15} />
            {t.runs.runAgain}
          </Link>
          {isRetriable(run) ? (
            <Button icon="reset" title={t.runs.retryHint} onClick={() => void actions.retry([run])}>
              {t.runs.retry}
            </Button>
          ) : null}
          {isActive(run) ? (
            <Button icon="stop" disabled={canceling} onClick={() => void actions.terminate([run])}>
              {t.runs.terminate}
            </Button>
          ) : null}
          <Menu
            label={t.common.openMenu}
            items={[
              { label: run.archived ? t.runs.unarchive : t.runs.archive, icon: 'archive', onChoose: () => void actions.archive([run], run.archived ? 'unarchive' : 'archive') },
              { label: t.runs.delete, icon: 'trash', danger: true, onChoose: () => setAsking(true) },
            ]}
          />
        </>
      }
    >
      <RunFacts detail={detail} />
      <div className={styles.race}>
        <Strip counts={counts} chosen={chosen} onChoose={onChoose} />
        <span className={`figures ${styles.counts}`}>
          {STRIP_ORDER.filter((each) => counts[each]).map((each) => (
            <button key={each} type="button" aria-pressed={chosen === each} title={t.states[each]} onClick={() => onChoose(chosen === each ? undefined : each)}>
              <StateGlyph state={each} size={12} />
              {counts[each]}
            </button>
          ))}
        </span>
      </div>
      {children}
      {asking ? (
        <ConfirmDialog
          title={t.run.deleteTitle(run.name)}
          text={t.runs.deleteText}
          action={t.runs.delete}
          cancel={t.common.cancel}
          onConfirm={() => void actions.remove([run]).then((done) => done.length > 0 && router.push('/runs'))}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </PageHead>
  );
}

function RunFacts({ detail: { run } }: { readonly detail: RunDetail }) {
  const t = useTexts();
  const language = useLanguage();
  const state = visualOfRun(run);
  const canceling = run.state === 'CANCELING';
  const begun = new Date(run.started_at ?? run.created_at);
  const today = begun.toDateString() === new Date().toDateString();
  const when = today ? formatClock(begun) : formatTime(begun, new Date(), language);
  return (
    <div className={styles.facts}>
      <span>
        <b className={`st-${canceling ? 'canceled' : state}`}>{canceling ? t.states.canceling : t.states[state]}</b>{' '}
        <Elapsed from={run.started_at} to={run.finished_at} wrap={isActive(run) ? t.run.for : state === 'succeeded' || state === 'cached' ? t.run.in : t.run.after} />
      </span>
      <span title={formatExactTime(begun)}>{run.started_at ? t.run.started(when) : t.run.created(when)}</span>
      <span className="cut">
        {t.run.pipeline}{' '}
        {run.pipeline ? (
          <>
            <Link prefetch={false} className="link" href={run.version ? `/pipelines/${run.pipeline.id}/versions/${run.version.id}` : `/pipelines/${run.pipeline.id}`}>
              {run.pipeline.name}
            </Link>{' '}
            {run.version && run.version.name !== run.pipeline.name ? run.version.name : ''}
          </>
        ) : (
          run.pipeline_name
        )}
      </span>
      <span className={`cut ${styles.wide}`}>
        {t.run.experiment}{' '}
        <Link prefetch={false} className="link" href={`/experiments/${run.experiment.id}`}>
          {run.experiment.name}
        </Link>
      </span>
      {run.recurring_run ? (
        <span className={`cut ${styles.wide}`}>
          {t.recurring.of}{' '}
          {run.recurring_run.name ? (
            <Link prefetch={false} className="link" href={`/recurring-runs/${run.recurring_run.id}`}>
              {run.recurring_run.name}
            </Link>
          ) : (
            t.recurring.deletedOne
          )}
        </span>
      ) : null}
      {run.description ? (
        <span className={`cut ${styles.wide}`} title={run.description}>
          {run.description}
        </span>
      ) : null}
    </div>
  );
}

'use client';
import Link from 'next/link';
import { isNotFound } from '@/api/http';
import { nameOf } from '@/api/kfp';
import { buttonClass } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Icon } from '@/components/ui/Icon';
import { Tabs } from '@/components/ui/Tabs';
import { PageHead } from '@/features/frame';
import { EmptyRuns, RunsView } from '@/features/runs';
import { shortId } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { useExperiment } from '@/live/queries';
import { usePathPart } from '@/url/use-path-part';
import { useSearchState } from '@/url/use-search-state';
import styles from './components/Experiments.module.css';

/** The runs of one experiment. */
export function ExperimentPage() {
  const t = useTexts();
  const url = useSearchState();
  const id = usePathPart(1);
  const experiment = useExperiment(id);
  const name = experiment.data ? nameOf(experiment.data) : shortId(id);
  const crumbs = [{ label: t.nav.experiments, href: '/experiments' }, { label: shortId(id), mono: true }];
  if (experiment.isError && !experiment.data) {
    return (
      <>
        <PageHead title={t.nav.experiments} crumbs={crumbs} />
        {isNotFound(experiment.error) ? (
          <EmptyState title={t.experiments.gone(shortId(id))} text={t.experiments.goneText}>
            <Link prefetch={false} href="/experiments" className={buttonClass({ look: 'primary' })}>
              {t.nav.experiments}
            </Link>
          </EmptyState>
        ) : (
          <ErrorCard title={shortId(id)} error={experiment.error} onRetry={() => void experiment.refetch()} />
        )}
      </>
    );
  }
  const view = url.get('archived') === '1' ? 'archived' : 'all';
  return (
    <>
      <PageHead
        title={name}
        crumbs={crumbs}
        actions={
          <Link prefetch={false} href={`/runs/new?experiment=${id}`} className={buttonClass({ look: 'primary' })}>
            <Icon name="plus" size={15} />
            {t.experiments.newRun}
          </Link>
        }
      >
        {experiment.data?.description ? <p className={styles.description}>{experiment.data.description}</p> : null}
        <Tabs
          label={name}
          value={view}
          tabs={[
            { value: 'all', label: t.common.all },
            { value: 'archived', label: t.common.archived },
          ]}
          onChange={(next) => url.push({ archived: next === 'archived' ? '1' : undefined, page: undefined, from: undefined })}
        />
      </PageHead>
      {id ? <RunsView key={`${id}${view}`} experimentId={id} empty={<EmptyRuns />} /> : null}
    </>
  );
}

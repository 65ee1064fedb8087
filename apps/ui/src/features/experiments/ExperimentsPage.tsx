'use client';
import { hostAddress } from '@/api/base-path';
import { nameOf, timeOf } from '@/api/kfp';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { Tag } from '@/components/ui/Tag';
import { ListPage, useListQuery } from '@/features/list';
import { useTexts } from '@/i18n/use-texts';
import { useExperiments } from '@/live/queries';

export function ExperimentsPage() {
  const t = useTexts();
  const query = useListQuery();
  const list = useExperiments(query);
  return (
    <ListPage
      title={t.experiments.title}
      list={list}
      itemsOf={(page) => page.experiments}
      total={t.experiments.total}
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
      empty={
        query.text ? (
          <EmptyState title={t.experiments.emptyFiltered} />
        ) : (
          <EmptyState title={t.experiments.emptyTitle} text={t.experiments.emptyText} code={`kfp --endpoint ${hostAddress()} experiment create my-experiment`} />
        )
      }
    />
  );
}

'use client';
import { hostAddress } from '@/api/base-path';
import { nameOf } from '@/api/kfp';
import { When } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { ListPage, useListQuery } from '@/features/list';
import { useTexts } from '@/i18n/use-texts';
import { usePipelines } from '@/live/queries';
import { UploadArea } from './components/UploadArea';

export function PipelinesPage() {
  const t = useTexts();
  const query = useListQuery();
  const list = usePipelines(query);
  return (
    <UploadArea>
      {(button) => (
        <ListPage
          title={t.pipelines.title}
          list={list}
          itemsOf={(page) => page.pipelines}
          total={t.pipelines.total}
          actions={button}
          idOf={(pipeline) => pipeline.pipeline_id}
          nameOf={nameOf}
          hrefOf={(pipeline) => `/pipelines/${pipeline.pipeline_id}`}
          nameLabel={t.pipelines.columns.name}
          columns={[
            { label: t.pipelines.columns.description, className: 'wide', cell: (pipeline) => pipeline.description ?? '' },
            { label: t.pipelines.columns.created, className: 'time', cell: (pipeline) => <When time={pipeline.created_at} /> },
          ]}
          empty={
            query.text ? (
              <EmptyState title={t.pipelines.emptyFiltered} />
            ) : (
              <EmptyState title={t.pipelines.emptyTitle} text={t.pipelines.emptyText} code={`kfp --endpoint ${hostAddress()} pipeline create -p my-pipeline pipeline.yaml`}>
                {button}
              </EmptyState>
            )
          }
        />
      )}
    </UploadArea>
  );
}

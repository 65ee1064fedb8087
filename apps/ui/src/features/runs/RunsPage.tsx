'use client';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/Button';
import { Icon } from '@/components/ui/Icon';
import { Tabs } from '@/components/ui/Tabs';
import { PageHead } from '@/features/frame';
import { useTexts } from '@/i18n/use-texts';
import { useIsFetching } from '@tanstack/react-query';
import { keys } from '@/live/query-keys';
import { useSearchState } from '@/url/use-search-state';
import { EmptyRuns } from './components/EmptyRuns';
import { RunsView } from './components/RunsView';

export function RunsPage() {
  const t = useTexts();
  const url = useSearchState();
  const fetching = useIsFetching({ queryKey: keys.allRuns, predicate: (query) => query.state.data !== undefined });
  const view = url.get('archived') === '1' ? 'archived' : 'all';
  return (
    <>
      <PageHead
        title={t.runs.title}
        refetching={fetching > 0}
        actions={
          <Link prefetch={false} href="/runs/new" className={buttonClass({ look: 'primary' })}>
            <Icon name="plus" size={15} />
            {t.runs.newRun}
          </Link>
        }
      >
        <Tabs
          label={t.runs.title}
          value={view}
          tabs={[
            { value: 'all', label: t.common.all },
            { value: 'archived', label: t.common.archived },
          ]}
          onChange={(next) => url.push({ archived: next === 'archived' ? '1' : undefined, page: undefined, from: undefined })}
        />
      </PageHead>
      <RunsView key={view} empty={<EmptyRuns />} />
    </>
  );
}

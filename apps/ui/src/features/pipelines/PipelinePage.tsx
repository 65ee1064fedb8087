'use client';
import Link from 'next/link';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { hostAddress } from '@/api/base-path';
import { isNotFound } from '@/api/http';
import { kfp, nameOf } from '@/api/kfp';
import { buttonClass } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/Dialog';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { Icon } from '@/components/ui/Icon';
import { Menu } from '@/components/ui/Menu';
import { Segmented } from '@/components/ui/Segmented';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { showToast } from '@/components/ui/toasts';
import { SpecView } from '@/features/code';
import { PageHead } from '@/features/frame';
import { RunsView } from '@/features/runs';
import { shortId } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { usePipeline, useVersion, useVersions } from '@/live/queries';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { usePathPart } from '@/url/use-path-part';
import { useSearchState } from '@/url/use-search-state';
import { UploadArea } from './components/UploadArea';
import { VersionList } from './components/VersionList';
import { SpecTaskPanel } from './components/SpecTaskPanel';
import { readPipeline, splitSpec } from './lib/read-spec';
import styles from './components/PipelinesPage.module.css';

const PipelineGraph = dynamic(() => import('./components/PipelineGraph').then((module) => module.PipelineGraph), { ssr: false });

const VIEWS = ['graph', 'yaml', 'runs'] as const;
type View = (typeof VIEWS)[number];

/** A pipeline with its versions; the address without a version shows the newest. */
export function PipelinePage() {
  const t = useTexts();
  const router = useRouter();
  const url = useSearchState();
  const id = usePathPart(1);
  const asked = usePathPart(3);
  const pipeline = usePipeline(id);
  const versions = useVersions(id);
  const list = versions.data?.pipeline_versions ?? [];
  const versionId = asked || list[0]?.pipeline_version_id || '';
  const version = useVersion(id, versionId);
  const [asking, setAsking] = useState<'pipeline' | 'version'>();
  const spec = version.data?.pipeline_spec;
  const parsed = useMemo(() => readPipeline(spec), [spec]);
  const parts = useMemo(() => splitSpec(spec), [spec]);
  const view: View = VIEWS.find((each) => each === url.get('view')) ?? 'graph';
  const selected = url.get('task');
  const name = pipeline.data ? nameOf(pipeline.data) : shortId(id);
  const select = (task: string | undefined) => url.push({ task });
  const group = t.keys.groups.page;
  const setView = (next: View) => url.push({ view: next === 'graph' ? undefined : next, page: undefined, from: undefined, q: undefined, state: undefined });
  const stepVersion = (by: number) => {
    const next = list[list.findIndex((each) => each.pipeline_version_id === versionId) + by];
    if (!next) return false;
    router.push(`/pipelines/${id}/versions/${next.pipeline_version_id}`);
    return true;
  };
  useShortcuts([
    { keys: '1', label: t.keys.graphView, group, run: () => setView('graph') },
    { keys: 'j', label: t.keys.next, group, run: () => (view === 'runs' ? false : stepVersion(1)) },
    { keys: 'k', label: t.keys.previous, group, run: () => (view === 'runs' ? false : stepVersion(-1)) },
    { keys: 'Escape', label: t.keys.close, group, run: () => (selected ? select(undefined) : false) },
  ]);

  if (pipeline.isError && !pipeline.data) {
    return (
      <>
        <PageHead title={t.nav.pipelines} crumbs={[{ label: t.nav.pipelines, href: '/pipelines' }, { label: shortId(id), mono: true }]} />
        {isNotFound(pipeline.error) ? (
          <EmptyState title={t.pipelines.gone(shortId(id))} text={t.pipelines.goneText}>
            <Link prefetch={false} href="/pipelines" className={buttonClass({ look: 'primary' })}>
              {t.nav.pipelines}
            </Link>
          </EmptyState>
        ) : (
          <ErrorCard title={shortId(id)} error={pipeline.error} onRetry={() => void pipeline.refetch()} />
        )}
      </>
    );
  }
  const remove = async () => {
    try {
      if (asking === 'version') await kfp.deleteVersion(id, versionId);
      else await kfp.deletePipeline(id);
      showToast(t.pipelines.deleted(asking === 'version' && version.data ? nameOf(version.data) : name));
      router.push(asking === 'version' ? `/pipelines/${id}` : '/pipelines');
      void versions.refetch();
    } catch (error) {
      showToast(error instanceof Error && error.message ? error.message : t.common.offline, { kind: 'failed' });
    }
  };
  return (
    <UploadArea pipeline={{ id, name }}>
      {(button) => (
        <>
          <PageHead
            title={name}
            crumbs={[{ label: t.nav.pipelines, href: '/pipelines' }, { label: shortId(id), mono: true }]}
            refetching={version.isFetching && version.data !== undefined}
            actions={
              <>
                {button}
                <Link prefetch={false} href={`/runs/new?pipeline=${id}${versionId ? `&version=${versionId}` : ''}`} className={buttonClass({ look: 'primary' })}>
                  <Icon name="plus" size={15} />
                  {t.pipelines.newRun}
                </Link>
                <Menu
                  label={t.common.openMenu}
                  items={[
                    { label: t.pipelines.deleteVersion, icon: 'trash', danger: true, disabled: !versionId, onChoose: () => setAsking('version') },
                    { label: t.pipelines.delete, icon: 'trash', danger: true, onChoose: () => setAsking('pipeline') },
                  ]}
                />
              </>
            }
          >
            {pipeline.data?.description ? <p className={styles.description}>{pipeline.data.description}</p> : <div style={{ height: 14 }} />}
          </PageHead>
          {versions.isSuccess && list.length === 0 ? (
            <EmptyState title={t.pipelines.noVersions} text={t.pipelines.noVersionsText} code={`kfp --endpoint ${hostAddress()} pipeline create-version -p ${id} -v v1 pipeline.yaml`} />
          ) : (
            <div className={styles.body}>
              <VersionList pipelineId={id} versions={list} total={versions.data?.total_size ?? list.length} current={versionId} />
              <div className={styles.detail}>
                <div className={styles.views}>
                  <Segmented
                    label={t.run.view}
                    value={view}
                    options={[
                      { value: 'graph', label: t.run.graph },
                      { value: 'yaml', label: t.pipelines.yaml },
                      { value: 'runs', label: t.pipelines.runs },
                    ]}
                    onChange={setView}
                  />
                  <span className="cut t2" title={version.data ? nameOf(version.data) : undefined}>
                    {version.data ? nameOf(version.data) : ''} {version.data?.description ? <span className="t3">{version.data.description}</span> : null}
                  </span>
                </div>
                <div className={styles.place}>
                  {version.isError && !version.data ? <ErrorCard title={t.pipelines.versions} error={version.error} onRetry={() => void version.refetch()} /> : null}
                  {version.isPending && versionId ? <SkeletonRows rows={4} /> : null}
                  {version.data && view === 'graph' ? (
                    parsed ? (
                      <div className={selected ? styles.withPanel : styles.place}>
                        <PipelineGraph key={versionId} pipeline={parsed} selected={selected} onSelect={select} />
                        {selected ? <SpecTaskPanel pipeline={parsed} path={selected} onClose={() => select(undefined)} /> : null}
                      </div>
                    ) : (
                      <EmptyState title={t.pipelines.unreadable} />
                    )
                  ) : null}
                  {version.data && view === 'yaml' && parts ? <SpecView spec={parts.spec} platform={parts.platform} fileName={`${name}.yaml`} /> : null}
                  {view === 'runs' && versionId ? <RunsView key={versionId} versionId={versionId} empty={<EmptyState title={t.pipelines.noRuns} />} /> : null}
                </div>
              </div>
            </div>
          )}
          {asking ? (
            <ConfirmDialog
              title={t.pipelines.deleteTitle(asking === 'version' && version.data ? nameOf(version.data) : name)}
              text={asking === 'version' ? t.pipelines.deleteVersionText : t.pipelines.deleteText}
              action={t.common.delete}
              cancel={t.common.cancel}
              onConfirm={() => void remove()}
              onClose={() => setAsking(undefined)}
            />
          ) : null}
        </>
      )}
    </UploadArea>
  );
}

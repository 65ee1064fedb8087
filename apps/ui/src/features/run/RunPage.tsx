'use client';
import type { TaskSummary } from '@millrace/api-contract';
import Link from 'next/link';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { isNotFound } from '@/api/http';
import { Button, buttonClass } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SearchField } from '@/components/ui/Field';
import { Segmented } from '@/components/ui/Segmented';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Tabs } from '@/components/ui/Tabs';
import { SpecView } from '@/features/code';
import { PageHead } from '@/features/frame';
import { TaskPanel } from '@/features/task';
import { useRunActions } from '@/features/runs';
import { shortId } from '@/format/number';
import { useTexts } from '@/i18n/use-texts';
import { useRun } from '@/live/queries';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { STRIP_ORDER, visualOfRun, type VisualState } from '@/states/visual-state';
import { usePathPart } from '@/url/use-path-part';
import { useSearchState } from '@/url/use-search-state';
import { ArtifactsTab } from './components/ArtifactsTab';
import { LiveMark } from './components/LiveMark';
import { ParametersTab } from './components/ParametersTab';
import { RunHeader } from './components/RunHeader';
import { Split } from './components/Split';
import { TaskTable } from './components/TaskTable';
import { useTabIcon } from './hooks/use-tab-icon';
import { filterTasks, nextFailed } from './lib/failed-tasks';
import styles from './components/RunPage.module.css';

const loadGraph = () => import('./components/RunGraph');
const RunGraph = dynamic(() => loadGraph().then((module) => module.RunGraph), { ssr: false });
const Timeline = dynamic(() => import('./components/Timeline').then((module) => module.Timeline), { ssr: false });

const TASK_VIEWS = ['graph', 'timeline', 'table'] as const;
const VIEWS = [...TASK_VIEWS, 'parameters', 'artifacts', 'spec'] as const;
type View = (typeof VIEWS)[number];
const MANY_RUNNING = 50;
const NO_TASKS: readonly TaskSummary[] = [];

export function RunPage() {
  const t = useTexts();
  const router = useRouter();
  const url = useSearchState();
  const id = usePathPart(1);
  const query = useRun(id);
  const actions = useRunActions();
  const detail = query.data;
  const tasks = detail?.tasks ?? NO_TASKS;
  const [text, setText] = useState('');
  const finder = useRef<HTMLInputElement>(null);
  const phone = usePhone();
  const wanted = url.get('view') as View | undefined;
  const view: View = VIEWS.includes(wanted as View) ? (wanted as View) : phone ? 'table' : 'graph';
  const onTasks = TASK_VIEWS.some((each) => each === view);
  const selected = url.get('task');
  const chosen = STRIP_ORDER.find((state) => state === url.get('state'));
  const visible = useMemo(() => filterTasks(tasks, { state: chosen, text }), [tasks, chosen, text]);
  const state = detail ? visualOfRun(detail.run) : undefined;
  useTabIcon(state);
  useEffect(() => {
    const running = tasks.filter((task) => task.state === 'RUNNING').length;
    document.documentElement.toggleAttribute('data-still', running > MANY_RUNNING);
    return () => document.documentElement.removeAttribute('data-still');
  }, [tasks]);

  useEffect(() => {
    // Beside the data, not after it.
    if (view === 'graph') void loadGraph().then((module) => module.prepareGraph());
  }, [view]);

  // Stable, so that selecting a task does not draw every node again.
  const { push } = url;
  const selectTask = useCallback((path: string | undefined) => push({ task: path, attempt: undefined, line: undefined, tab: undefined }), [push]);
  const goFailed = (step: 1 | -1) => {
    const failed = nextFailed(tasks, selected, step);
    if (!failed) return false;
    url.push({ task: failed.path, attempt: undefined, line: undefined, tab: undefined, view: onTasks ? url.get('view') : undefined });
    return true;
  };
  const chooseState = useCallback((next: VisualState | undefined) => push({ state: next }), [push]);
  const setView = (next: View) => url.push({ view: next === 'graph' && !phone ? undefined : next });
  const group = t.keys.groups.page;
  useShortcuts([
    { keys: '1', label: t.keys.graphView, group, run: () => setView('graph') },
    { keys: '2', label: t.keys.timelineView, group, run: () => setView('timeline') },
    { keys: '3', label: t.keys.tableView, group, run: () => setView('table') },
    { keys: '/', label: t.run.findTask, group, run: () => finder.current?.focus() },
    { keys: 'f', label: t.keys.nextFailed, group, run: () => goFailed(1) },
    { keys: 'Shift+f', label: t.keys.previousFailed, group, run: () => goFailed(-1) },
    { keys: 'r', label: t.keys.runAgain, group, run: () => router.push(`/runs/new?clone=${id}`) },
    { keys: 'e', label: t.keys.archive, group, run: () => (detail ? void actions.archive([detail.run], detail.run.archived ? 'unarchive' : 'archive') : false) },
    { keys: 'Escape', label: t.keys.close, group, run: () => (selected ? selectTask(undefined) : chosen ? chooseState(undefined) : false) },
  ]);

  if (!detail) {
    if (query.isError) {
      return (
        <>
          <PageHead title={t.nav.runs} crumbs={[{ label: t.nav.runs, href: '/runs' }, { label: shortId(id), mono: true }]} />
          {isNotFound(query.error) ? (
            <EmptyState title={t.run.gone(shortId(id))} text={t.run.goneText}>
              <Link prefetch={false} href="/runs" className={buttonClass({ look: 'primary' })}>
                {t.common.toRuns}
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
        <PageHead title=" " tab={t.runs.title} crumbs={[{ label: t.nav.runs, href: '/runs' }, { label: shortId(id), mono: true }]}>
          <div className={styles.headSpace} />
        </PageHead>
        <SkeletonRows rows={6} />
      </>
    );
  }

  const failures = detail.run.task_counts.FAILED ?? 0;
  return (
    <>
      <RunHeader detail={detail} refetching={query.isFetching} chosen={chosen} onChoose={chooseState}>
        <div className={styles.tabRow}>
          <Segmented
            label={t.run.view}
            value={onTasks ? view : undefined}
            options={[
              { value: 'graph', label: t.run.graph },
              { value: 'timeline', label: t.run.timeline },
              { value: 'table', label: t.run.table },
            ]}
            onChange={setView}
          />
          <div className={styles.tabs}>
            <Tabs
              label={t.run.view}
              value={onTasks ? undefined : view}
              tabs={[
                { value: 'parameters', label: t.run.parameters },
                { value: 'artifacts', label: t.run.artifacts, count: detail.artifact_count || undefined },
                { value: 'spec', label: t.run.spec },
              ]}
              onChange={setView}
            />
          </div>
          <span className="grow" />
          <LiveMark />
          {onTasks ? (
            <span className={styles.find}>
              <SearchField
                small
                ref={finder}
                width={170}
                label={t.run.findTask}
                keys="/"
                value={text}
                onChange={setText}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
                  const found = tasks.filter((task) => task.name.toLowerCase().includes(text.toLowerCase()));
                  const at = found.findIndex((task) => task.path === selected);
                  const next = found[(at + 1) % Math.max(1, found.length)];
                  if (next) selectTask(next.path);
                }}
              />
            </span>
          ) : null}
          {failures > 0 ? (
            <Button small look="danger" keys="F" onClick={() => goFailed(1)}>
              <StateGlyph state="failed" decorative />
              {t.run.nextFailed}
            </Button>
          ) : null}
        </div>
      </RunHeader>
      {onTasks ? (
        <Split panel={selected ? <TaskPanel run={detail} path={selected} onClose={() => selectTask(undefined)} onTask={selectTask} /> : undefined}>
          {tasks.length === 0 ? (
            <EmptyState title={t.run.noTasks} text={t.run.noTasksText} />
          ) : view === 'graph' ? (
            <RunGraph key={id} tasks={tasks} visible={visible} selected={selected} onSelect={selectTask} />
          ) : view === 'timeline' ? (
            <Timeline detail={detail} visible={visible} selected={selected} onSelect={selectTask} />
          ) : (
            <TaskTable tasks={tasks} visible={visible} selected={selected} onSelect={selectTask} />
          )}
        </Split>
      ) : (
        <div className={styles.scroll}>
          {view === 'parameters' ? <ParametersTab detail={detail} /> : null}
          {view === 'artifacts' ? <ArtifactsTab detail={detail} onTask={(path) => url.push({ view: undefined, task: path, tab: 'artifacts' })} /> : null}
          {view === 'spec' ? <SpecView spec={detail.pipeline_spec} platform={detail.platform_spec} fileName={`${detail.run.pipeline_name}.yaml`} /> : null}
        </div>
      )}
    </>
  );
}

function usePhone(): boolean {
  const [phone, setPhone] = useState(false);
  useEffect(() => {
    const media = matchMedia('(max-width: 699px)');
    const follow = () => setPhone(media.matches);
    follow();
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);
  return phone;
}

'use client';
import type { RunDetail, TaskDetail, TaskSummary } from '@millrace/api-contract';
import { IconButton } from '@/components/ui/Button';
import { copyText } from '@/components/ui/copy-text';
import { Elapsed } from '@/components/ui/Elapsed';
import { EmptyState } from '@/components/ui/EmptyState';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { StateGlyph } from '@/components/ui/StateGlyph';
import { Tabs } from '@/components/ui/Tabs';
import { Tag } from '@/components/ui/Tag';
import { showToast } from '@/components/ui/toasts';
import { formatClock } from '@/format/time';
import { useTexts } from '@/i18n/use-texts';
import { useTask } from '@/live/queries';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { visualOfTask } from '@/states/visual-state';
import { useSearchState } from '@/url/use-search-state';
import { AttemptsTab } from './AttemptsTab';
import { ContainerTab } from './ContainerTab';
import { GroupTasks } from './GroupTasks';
import { InputsOutputsTab, TaskArtifactsTab } from './InputsOutputsTab';
import { TaskLogs } from './TaskLogs';
import { isHeldUp, WhyCard } from './WhyCard';
import styles from './TaskPanel.module.css';

const TABS = ['logs', 'io', 'artifacts', 'attempts', 'container'] as const;
type Tab = (typeof TABS)[number];

interface TaskPanelProps {
  readonly run: RunDetail;
  readonly path: string;
  readonly onClose: () => void;
  readonly onTask: (path: string) => void;
}

/** One task of a run. Its name, state and times stay while the tabs change. */
export function TaskPanel({ run, path, onClose, onTask }: TaskPanelProps) {
  const t = useTexts();
  const url = useSearchState();
  const summary = run.tasks.find((task) => task.path === path);
  const query = useTask(run.run.id, summary?.id);
  const detail = query.data;
  const tabs = summary?.kind === 'dag' ? (['io', 'artifacts'] as const) : TABS;
  const first: Tab = summary?.kind === 'dag' || summary?.state === 'CACHED' || summary?.state === 'SKIPPED' ? 'io' : 'logs';
  const tab: Tab = tabs.find((each) => each === url.get('tab')) ?? first;
  const setTab = (next: Tab) => url.push({ tab: next === first ? undefined : next, line: undefined });
  const step = (by: number) => setTab(tabs[(tabs.indexOf(tab as never) + by + tabs.length) % tabs.length] ?? first);
  const group = t.keys.groups.panel;
  useShortcuts([
    { keys: ']', label: t.keys.nextTab, group, run: () => step(1) },
    { keys: '[', label: t.keys.previousTab, group, run: () => step(-1) },
    { keys: 'Escape', label: t.keys.close, group, run: onClose },
  ]);
  if (!summary) {
    return (
      <div className={styles.panel}>
        <div className={styles.head}>
          <div className="row">
            <span className="grow" />
            <IconButton icon="close" label={t.common.close} onClick={onClose} />
          </div>
        </div>
        <EmptyState title={t.task.gone} text={path} />
      </div>
    );
  }
  const artifacts = detail ? detail.input_artifacts.length + detail.output_artifacts.length : undefined;
  return (
    <div className={styles.panel} aria-label={t.pipelines.taskPanel(summary.name)} role="region">
      <div className={styles.head}>
        <div className="row">
          <StateGlyph state={visualOfTask(summary.state)} size={16} />
          <h2 className="cut" title={summary.path}>
            {summary.name}
          </h2>
          <Tag>{t.graph.kinds[summary.kind]}</Tag>
          <span className="grow" />
          <IconButton icon="link" label={t.task.copyLink} onClick={() => void copyText(window.location.href).then((done) => done && showToast(t.task.linkCopied))} />
          <IconButton icon="close" label={t.common.close} onClick={onClose} />
        </div>
        <TaskFacts task={summary} />
      </div>
      {query.isError && !detail ? <ErrorCard title={summary.name} error={query.error} onRetry={() => void query.refetch()} /> : null}
      {detail ? <WhyCard task={detail} onLogs={() => url.push({ tab: first === 'logs' ? undefined : 'logs', line: undefined })} /> : null}
      <div className={styles.tabs}>
        <Tabs
          label={summary.name}
          value={tab}
          tabs={tabs.map((value) => ({ value, label: t.task.tabs[value], count: value === 'artifacts' ? artifacts || undefined : value === 'attempts' && summary.attempts > 1 ? summary.attempts : undefined }))}
          onChange={setTab}
        />
      </div>
      {detail ? <TabBody key={detail.id} tab={tab} detail={detail} run={run} onTask={onTask} /> : query.isPending ? <SkeletonRows rows={4} /> : null}
    </div>
  );
}

function TabBody({ tab, detail, run, onTask }: { readonly tab: Tab; readonly detail: TaskDetail; readonly run: RunDetail; readonly onTask: (path: string) => void }) {
  if (tab === 'logs') return <TaskLogs task={detail} />;
  return (
    <div className={styles.scroll}>
      {tab === 'io' ? (
        <>
          <InputsOutputsTab task={detail} />
          {detail.kind === 'dag' ? <GroupTasks run={run} path={detail.path} onTask={onTask} /> : null}
        </>
      ) : null}
      {tab === 'artifacts' ? <TaskArtifactsTab task={detail} /> : null}
      {tab === 'attempts' ? <AttemptsTab task={detail} /> : null}
      {tab === 'container' ? <ContainerTab task={detail} /> : null}
    </div>
  );
}

function TaskFacts({ task }: { readonly task: TaskSummary }) {
  const t = useTexts();
  const state = visualOfTask(task.state);
  const end = task.finished_at && formatClock(new Date(task.finished_at));
  const ran = task.state !== 'CACHED' && task.started_at;
  return (
    <div className={styles.facts}>
      <span>
        <b className={`st-${state}`}>{t.states[state]}</b> {end ? t.task.at(end) : ran ? <Elapsed from={task.started_at} wrap={t.task.runningFor} /> : null}
      </span>
      {ran && task.finished_at ? (
        <span>
          <Elapsed from={task.started_at} to={task.finished_at} wrap={t.task.ran} />
          {task.queued_at && Date.parse(task.started_at ?? '') - Date.parse(task.queued_at) > 1000 ? (
            <>
              , <Elapsed from={task.queued_at} to={task.started_at} wrap={t.task.queuedFor} />
            </>
          ) : null}
        </span>
      ) : null}
      {task.attempts > 1 ? <span>{t.graph.attempts(task.attempts)}</span> : null}
      {!ran && task.message && task.state === 'PENDING' && !isHeldUp(task) ? <span className="cut">{task.message}</span> : null}
    </div>
  );
}

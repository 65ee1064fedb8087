'use client';
import type { RunSummary } from '@millrace/api-contract';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { RUNS_PAGE_SIZE, type RunsQuery } from '@/api/millrace';
import { Button } from '@/components/ui/Button';
import { ErrorCard } from '@/components/ui/ErrorCard';
import { EmptyState } from '@/components/ui/EmptyState';
import { SearchField } from '@/components/ui/Field';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { useTexts } from '@/i18n/use-texts';
import { useRuns } from '@/live/queries';
import { useShortcuts } from '@/shortcuts/use-shortcuts';
import { useSearchState } from '@/url/use-search-state';
import { useNewRuns } from '../hooks/use-new-runs';
import { useRunActions } from '../hooks/use-run-actions';
import { parseStates, versionFilter } from '../lib/run-filter';
import { BulkBar } from './BulkBar';
import { Pager } from './Pager';
import { RunsTable } from './RunsTable';
import { StateFilter } from './StateFilter';
import styles from './RunsView.module.css';

interface RunsViewProps {
  readonly experimentId?: string;
  readonly versionId?: string;
  readonly recurringRunId?: string;
  readonly empty: ReactNode;
}

/** Filter, table, paging and bulk actions; the whole list of runs or those of one experiment, version or schedule. */
export function RunsView({ experimentId, versionId, recurringRunId, empty }: RunsViewProps) {
  const t = useTexts();
  const router = useRouter();
  const url = useSearchState();
  const [text, setText] = useState(url.get('q') ?? '');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(-1);
  const filterField = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const states = useMemo(() => parseStates(url.get('state')), [url]);
  const archived = url.get('archived') === '1';
  const query: RunsQuery = useMemo(
    () => ({ text: url.get('q'), states, archived, pageToken: url.get('page'), experimentId, recurringRunId, filter: versionId && !url.get('page') ? versionFilter(versionId) : undefined }),
    [url, states, archived, experimentId, recurringRunId, versionId],
  );
  const list = useRuns(query);
  const runs = useMemo(() => (list.data?.runs ?? []).filter((run) => run.archived === archived || selected.has(run.id)), [list.data, archived, selected]);
  const chosen = runs.filter((run) => selected.has(run.id));
  const fresh = useNewRuns(query, list.data, { versionId, hold: () => selected.size > 0 || (scroller.current?.scrollTop ?? 0) > 8 });
  const actions = useRunActions();

  useEffect(() => {
    const timer = setTimeout(() => {
      if ((url.get('q') ?? '') !== text) url.replace({ q: text || undefined, page: undefined, from: undefined });
    }, 200);
    return () => clearTimeout(timer);
  }, [text, url]);

  const select = useCallback(
    (index: number, on: boolean, extend: boolean) => {
      setSelected((before) => {
        const next = new Set(before);
        const [from, to] = extend && cursor >= 0 ? [Math.min(cursor, index), Math.max(cursor, index)] : [index, index];
        for (const run of runs.slice(from, to + 1)) {
          if (on) next.add(run.id);
          else next.delete(run.id);
        }
        return next;
      });
      setCursor(index);
    },
    [cursor, runs],
  );
  const clear = () => setSelected(new Set());
  const focusRow = (index: number) => {
    const next = Math.max(0, Math.min(runs.length - 1, index));
    setCursor(next);
    scroller.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
    return runs.length > 0;
  };
  const withCurrent = (act: (run: RunSummary) => void) => {
    const run = runs[cursor];
    if (!run) return false;
    act(run);
    return true;
  };
  const inForce = () => (chosen.length > 0 ? chosen : runs[cursor] ? [runs[cursor]] : []);
  const extend = (step: number) => {
    const next = cursor + step;
    if (!runs[next]) return false;
    select(next, true, false);
    if (runs[cursor]) setSelected((before) => new Set(before).add(runs[cursor]?.id ?? ''));
    return focusRow(next);
  };
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: '/', label: t.keys.find, group, run: () => filterField.current?.focus() },
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => focusRow(cursor + 1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => focusRow(cursor - 1) },
    { keys: 'o', also: ['Enter'], label: t.keys.open, group, run: () => withCurrent((run) => router.push(`/runs/${run.id}`)) },
    { keys: 'x', label: t.keys.select, group, run: () => withCurrent((run) => select(cursor, !selected.has(run.id), false)) },
    { keys: 'Shift+j', label: t.keys.extend, group, run: () => extend(1) },
    { keys: 'Shift+k', label: t.keys.extend, group, run: () => extend(-1) },
    { keys: 'r', label: t.keys.runAgain, group, run: () => withCurrent((run) => router.push(`/runs/new?clone=${run.id}`)) },
    { keys: 'e', label: t.keys.archive, group, run: () => (inForce().length > 0 ? (void actions.archive(inForce(), archived ? 'unarchive' : 'archive').then(clear), true) : false) },
    { keys: 'Escape', label: t.keys.close, group, run: () => (selected.size > 0 ? clear() : false) },
  ]);
  const filtered = Boolean(query.text || states.length > 0);
  const clearFilters = () => {
    setText('');
    url.push({ q: undefined, state: undefined, page: undefined, from: undefined });
  };
  return (
    <>
      <div className={styles.tools}>
        <SearchField ref={filterField} value={text} onChange={setText} label={t.runs.filterByName} keys="/" width={264} />
        <StateFilter states={states} onChange={(next) => url.push({ state: next.join(',') || undefined, page: undefined, from: undefined })} />
        <span className="grow" />
        {fresh.count > 0 ? (
          <Button
            small
            icon="arrowUp"
            onClick={() => {
              scroller.current?.scrollTo({ top: 0 });
              void fresh.show();
            }}
          >
            {t.runs.newRuns(fresh.count)}
          </Button>
        ) : null}
        <span className="sm t3 nw">{list.data ? t.runs.total(list.data.total_size) : ''}</span>
      </div>
      <div className={styles.scroll} ref={scroller}>
        {list.isPending ? <SkeletonRows /> : null}
        {list.isError && !list.data ? <ErrorCard title={t.runs.title} error={list.error} onRetry={() => void list.refetch()} /> : null}
        {runs.length > 0 ? (
          <>
            <RunsTable
              runs={runs}
              selected={selected}
              cursor={cursor}
              showExperiment={!experimentId}
              onCursor={setCursor}
              onSelect={select}
              onSelectAll={(on) => setSelected(on ? new Set(runs.map((run) => run.id)) : new Set())}
            />
            <Pager count={runs.length} pageSize={RUNS_PAGE_SIZE} next={list.data?.next_page_token} />
          </>
        ) : null}
        {list.isSuccess && runs.length === 0 ? (
          filtered ? (
            <EmptyState title={t.runs.emptyFiltered}>
              <Button onClick={clearFilters}>{t.common.clearFilters}</Button>
            </EmptyState>
          ) : archived ? (
            <EmptyState title={t.runs.emptyArchived} text={t.runs.emptyArchivedText} />
          ) : (
            empty
          )
        ) : null}
      </div>
      {chosen.length > 0 ? <BulkBar runs={chosen} archived={archived} actions={actions} onClear={clear} /> : null}
    </>
  );
}

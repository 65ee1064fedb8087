'use client';
import type { RunList, RunSummary } from '@millrace/api-contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RunsQuery } from '@/api/millrace';
import { useLiveCache } from '@/live/LiveProvider';
import { keys } from '@/live/query-keys';
import { belongsTo } from '../lib/run-filter';

/**
 * Counts runs that appeared and are not on the list. They come in by themselves while nobody would lose their place: on the first
 * page, at its top, with nothing selected. Else they wait until asked for.
 */
export function useNewRuns(query: RunsQuery, list: RunList | undefined, options: { versionId?: string; hold: () => boolean }) {
  const live = useLiveCache();
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const latest = useRef({ query, list, options });
  useEffect(() => {
    latest.current = { query, list, options };
  });

  const show = useCallback(() => {
    setWaiting(new Set());
    live.refetch({ queryKey: keys.runs(latest.current.query) });
  }, [live]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.onRun((run: RunSummary) => {
      const { query: wanted, list: shown, options: how } = latest.current;
      if (wanted.pageToken || shown?.runs.some((row) => row.id === run.id) || !belongsTo(run, wanted, how.versionId)) return;
      const newest = shown?.runs[0]?.created_at;
      if (newest && run.created_at < newest) return;
      if (how.hold()) setWaiting((before) => (before.has(run.id) ? before : new Set(before).add(run.id)));
      else timer ??= setTimeout(() => ((timer = undefined), show()), 250);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, show]);

  return { count: waiting.size, show };
}

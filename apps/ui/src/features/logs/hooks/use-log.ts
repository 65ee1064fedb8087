'use client';
import type { LogPageView } from '@millrace/api-contract';
import { useCallback, useEffect, useRef, useState } from 'react';
import { millrace } from '@/api/millrace';
import { appendPage, EMPTY_WINDOW, PAGE_BYTES, prependLines, reachesEnd, startOf, windowOf, type LogLine, type LogWindow } from '../lib/log-window';

export interface LogSource {
  readonly runId: string;
  readonly taskId: string;
  readonly attempt: number;
}

export interface Log {
  readonly window: LogWindow;
  readonly loaded: boolean;
  readonly error: unknown;
  readonly loading: 'earlier' | 'later' | undefined;
  readonly loadEarlier: () => Promise<void>;
  readonly loadLater: () => Promise<void>;
  /** Puts the window around a byte offset, or at the end. */
  readonly jump: (offset: number | 'tail') => Promise<void>;
}

/** A window on the log of one attempt; while the attempt writes and the window is at its end, it grows by itself. */
export function useLog({ runId, taskId, attempt }: LogSource, from: number | 'tail' = 'tail'): Log {
  const [state, setState] = useState<{ window: LogWindow; loaded: boolean; error: unknown }>({ window: EMPTY_WINDOW, loaded: false, error: undefined });
  const [loading, setLoading] = useState<'earlier' | 'later'>();
  const window = useRef(state.window);
  const busy = useRef(false);
  const set = useCallback((next: LogWindow) => {
    window.current = next;
    setState({ window: next, loaded: true, error: undefined });
  }, []);
  const fail = useCallback((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'AbortError')) setState((before) => ({ ...before, loaded: true, error }));
  }, []);
  const read = useCallback((at: number | 'tail', limitBytes = PAGE_BYTES, signal?: AbortSignal) => millrace.logs(runId, taskId, { attempt, from: at, limitBytes }, signal), [runId, taskId, attempt]);

  const start = useRef(from);
  useEffect(() => {
    const abort = new AbortController();
    window.current = EMPTY_WINDOW;
    setState({ window: EMPTY_WINDOW, loaded: false, error: undefined });
    read(start.current, PAGE_BYTES, abort.signal).then((page) => set(windowOf(page)), fail);
    start.current = 'tail';
    return () => abort.abort();
  }, [read, set, fail]);

  const following = state.loaded && state.error === undefined && !state.window.complete && reachesEnd(state.window);
  useEffect(() => {
    if (!following) return;
    const source = new EventSource(millrace.logStreamAddress(runId, taskId, { attempt, from: window.current.end }));
    source.addEventListener('page', (event: MessageEvent<string>) => set(appendPage(window.current, JSON.parse(event.data) as LogPageView)));
    source.addEventListener('end', () => {
      source.close();
      set({ ...window.current, complete: true });
    });
    return () => source.close();
  }, [following, runId, taskId, attempt, set]);

  const guarded = useCallback(async (what: 'earlier' | 'later', act: () => Promise<void>) => {
    if (busy.current) return;
    busy.current = true;
    setLoading(what);
    try {
      await act();
    } catch (error) {
      fail(error);
    } finally {
      busy.current = false;
      setLoading(undefined);
    }
  }, [fail]);

  const loadEarlier = useCallback(
    () =>
      guarded('earlier', async () => {
        const end = startOf(window.current);
        if (end <= 0) return;
        const lines = await linesBefore(read, end);
        set(prependLines(window.current, lines));
      }),
    [guarded, read, set],
  );
  const loadLater = useCallback(
    () =>
      guarded('later', async () => {
        if (reachesEnd(window.current)) return;
        set(appendPage(window.current, await read(window.current.end)));
      }),
    [guarded, read, set],
  );
  const jump = useCallback(
    (offset: number | 'tail') =>
      guarded('later', async () => {
        const page = await read(offset);
        const around = windowOf(page);
        set(offset === 'tail' || offset === 0 ? around : prependLines(around, await linesBefore(read, startOf(around))));
      }),
    [guarded, read, set],
  );
  return { ...state, loading, loadEarlier, loadLater, jump };
}

/** The lines that end at an offset. The first line of a page that starts anywhere may be a part of a line: it is left out. */
async function linesBefore(read: (from: number, limitBytes: number) => Promise<LogPageView>, end: number): Promise<LogLine[]> {
  const from = Math.max(0, end - PAGE_BYTES);
  const page = await read(from, end - from);
  const lines = page.lines.filter((line) => line.offset < end);
  return from > 0 && lines.length > 1 ? lines.slice(1) : lines;
}

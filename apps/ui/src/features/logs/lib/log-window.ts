import type { LogPageView } from '@millrace/api-contract';

export type LogLine = LogPageView['lines'][number];

/**
 * A stretch of a log kept in memory: lines one after another, without holes, however long the log is. Offsets are bytes. What falls
 * out at one end when the other grows can be read again.
 */
export interface LogWindow {
  readonly lines: readonly LogLine[];
  /** Where the next page after the last line starts. */
  readonly end: number;
  readonly size: number;
  /** The log's end is in the window and the attempt has ended. */
  readonly complete: boolean;
}

export const MAX_LINES = 20_000;
export const PAGE_BYTES = 256 * 1024;

export const EMPTY_WINDOW: LogWindow = { lines: [], end: 0, size: 0, complete: false };

export const windowOf = (page: LogPageView): LogWindow => ({ lines: page.lines, end: page.next_offset, size: page.size_bytes, complete: page.complete });

/** The window grown by the page that follows it; lines it already has are not taken twice. */
export function appendPage(window: LogWindow, page: LogPageView): LogWindow {
  const last = window.lines.at(-1)?.number ?? 0;
  const fresh = page.lines.filter((line) => line.number > last);
  const lines = fresh.length === 0 ? window.lines : [...window.lines, ...fresh];
  return { lines: lines.length > MAX_LINES ? lines.slice(lines.length - MAX_LINES) : lines, end: Math.max(window.end, page.next_offset), size: Math.max(window.size, page.size_bytes), complete: page.complete };
}

/** The window grown by lines before it; when that makes it too long, its end is dropped and following stops being possible. */
export function prependLines(window: LogWindow, before: readonly LogLine[]): LogWindow {
  const first = window.lines[0]?.number ?? Number.POSITIVE_INFINITY;
  const fresh = before.filter((line) => line.number < first);
  if (fresh.length === 0) return window;
  const lines = [...fresh, ...window.lines];
  if (lines.length <= MAX_LINES) return { ...window, lines };
  const kept = lines.slice(0, MAX_LINES);
  return { ...window, lines: kept, end: lines[MAX_LINES]?.offset ?? window.end, complete: false };
}

export const startOf = (window: LogWindow): number => window.lines[0]?.offset ?? window.end;

/** Whether the window reaches the end of what has been written. */
export const reachesEnd = (window: LogWindow): boolean => window.end >= window.size;

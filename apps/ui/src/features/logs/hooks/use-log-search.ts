'use client';
import { useEffect, useState } from 'react';
import { millrace } from '@/api/millrace';
import { plainText } from '../lib/ansi-spans';
import type { LogSource } from './use-log';

export interface Hit {
  readonly number: number;
  readonly offset: number;
}
export interface SearchResult {
  readonly hits: readonly Hit[];
  readonly searching: boolean;
}

export const MAX_HITS = 5000;
const SEARCH_PAGE_BYTES = 1024 * 1024;
const NONE: SearchResult = { hits: [], searching: false };

/** Searches the whole log, page by page, and keeps only where the hits are. */
export function useLogSearch({ runId, taskId, attempt }: LogSource, text: string, size: number): SearchResult {
  const [result, setResult] = useState<SearchResult>(NONE);
  // A growing log is searched again only when it has grown by another page.
  const pages = Math.floor(size / SEARCH_PAGE_BYTES);
  useEffect(() => {
    if (text === '') {
      setResult(NONE);
      return;
    }
    const abort = new AbortController();
    const needle = text.toLowerCase();
    const search = async () => {
      const hits: Hit[] = [];
      setResult({ hits: [], searching: true });
      for (let from = 0; hits.length < MAX_HITS; ) {
        const page = await millrace.logs(runId, taskId, { attempt, from, limitBytes: SEARCH_PAGE_BYTES }, abort.signal);
        for (const line of page.lines) if (plainText(line.text).toLowerCase().includes(needle)) hits.push({ number: line.number, offset: line.offset });
        if (page.next_offset <= from || page.next_offset >= page.size_bytes) break;
        from = page.next_offset;
        setResult({ hits: [...hits], searching: true });
      }
      setResult({ hits: hits.slice(0, MAX_HITS), searching: false });
    };
    const timer = setTimeout(() => void search().catch(() => abort.signal.aborted || setResult(NONE)), 200);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [runId, taskId, attempt, text, pages]);
  return result;
}

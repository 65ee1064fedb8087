'use client';
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

type Change = Readonly<Record<string, string | undefined>>;

interface SearchState {
  readonly get: (name: string) => string | undefined;
  /** A step that Back undoes. */
  readonly push: (change: Change) => void;
  /** A change that is no step of its own, such as each letter typed into a filter. */
  readonly replace: (change: Change) => void;
}

/** The part of a page's state that lives in its address. */
export function useSearchState(): SearchState {
  const params = useSearchParams();
  const get = useCallback((name: string) => params.get(name) ?? undefined, [params]);
  const push = useCallback((change: Change) => window.history.pushState(null, '', withChange(change)), []);
  const replace = useCallback((change: Change) => window.history.replaceState(null, '', withChange(change)), []);
  return { get, push, replace };
}

function withChange(change: Change): string {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.pathname + url.search.replaceAll('%2C', ',').replaceAll('%2F', '/') + url.hash;
}

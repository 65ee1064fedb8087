'use client';
import { usePathname, useSearchParams } from 'next/navigation';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { forgetPendingSearch, pendingSearch, setPendingSearch, subscribeToSearch } from './search-override';

type Change = Readonly<Record<string, string | undefined>>;

interface SearchState {
  readonly get: (name: string) => string | undefined;
  /** A step that Back undoes. */
  readonly push: (change: Change) => void;
  /** A change that is no step of its own, such as each letter typed into a filter. */
  readonly replace: (change: Change) => void;
}

/** The part of a page's state that lives in its address. A change is seen at once. */
export function useSearchState(): SearchState {
  const params = useSearchParams();
  const path = usePathname();
  const routed = params.toString();
  const pending = useSyncExternalStore(subscribeToSearch, pendingSearch, () => undefined);
  const search = pending ?? routed;
  useEffect(() => {
    if (pending === routed) forgetPendingSearch();
  }, [pending, routed]);
  useEffect(() => forgetPendingSearch, [path]);
  return useMemo(() => {
    const current = new URLSearchParams(search);
    return { get: (name) => current.get(name) ?? undefined, push, replace };
  }, [search]);
}

const push = (change: Change): void => apply('pushState', change);
const replace = (change: Change): void => apply('replaceState', change);

function apply(how: 'pushState' | 'replaceState', change: Change): void {
  const search = new URLSearchParams(pendingSearch() ?? window.location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') search.delete(name);
    else search.set(name, value);
  }
  const text = search.toString();
  const readable = text.replaceAll('%2C', ',').replaceAll('%2F', '/');
  window.history[how](null, '', `${window.location.pathname}${readable === '' ? '' : `?${readable}`}`);
  setPendingSearch(text);
}

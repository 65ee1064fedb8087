import { useEffect, useRef } from 'react';
import { useTexts } from '@/i18n/use-texts';
import { useShortcuts } from '@/shortcuts/use-shortcuts';

/** `j` and `k` go through the rows of a view of tasks. */
export function useRowCursor(paths: readonly string[], selected: string | undefined, onSelect: (path: string) => void): void {
  const t = useTexts();
  // Keys may come faster than the address is read again.
  const cursor = useRef(selected);
  useEffect(() => {
    cursor.current = selected;
  }, [selected]);
  const move = (step: number) => {
    const from = cursor.current === undefined ? -1 : paths.indexOf(cursor.current);
    const next = paths[from < 0 ? 0 : Math.max(0, Math.min(paths.length - 1, from + step))];
    if (next === undefined) return false;
    cursor.current = next;
    onSelect(next);
    return true;
  };
  const group = t.keys.groups.list;
  useShortcuts([
    { keys: 'j', also: ['ArrowDown'], label: t.keys.next, group, run: () => move(1) },
    { keys: 'k', also: ['ArrowUp'], label: t.keys.previous, group, run: () => move(-1) },
  ]);
}

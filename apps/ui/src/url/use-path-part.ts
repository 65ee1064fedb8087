'use client';
import { usePathname } from 'next/navigation';

/**
 * The part of the address at `index`, decoded. An export has one page for all runs, whose own parameter is always `_`; the address
 * is what tells which run it is.
 */
export function usePathPart(index: number): string {
  const part = usePathname().split('/').filter(Boolean)[index] ?? '';
  return part === '_' ? '' : decodeURIComponent(part);
}

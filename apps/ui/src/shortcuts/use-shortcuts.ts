'use client';
import { useEffect, useRef } from 'react';
import { registerShortcuts, type Shortcut } from './registry';

/** Keys that work while this component is on the page; the innermost component answers first. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const layer = useRef(shortcuts);
  useEffect(() => {
    layer.current = shortcuts;
  });
  useEffect(() => registerShortcuts(layer), []);
}

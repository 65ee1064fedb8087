'use client';
import { useEffect } from 'react';
import { fromBase } from '@/api/base-path';
import type { VisualState } from '@/states/visual-state';

const SHAPE: Record<VisualState, string> = {
  pending: '<circle cx="7" cy="7" r="5.4" fill="none" stroke="C" stroke-width="1.6" stroke-dasharray="1.9 1.49"/>',
  running: '<circle cx="7" cy="7" r="5.4" fill="none" stroke="C" stroke-width="1.8" opacity=".35"/><path d="M7 1.6A5.4 5.4 0 0 1 12.4 7" fill="none" stroke="C" stroke-width="2"/><circle cx="7" cy="7" r="2.2" fill="C"/>',
  succeeded: '<circle cx="7" cy="7" r="6.3" fill="C"/><path d="M4.1 7.2 6.2 9.2 9.9 5.1" fill="none" stroke="#fff" stroke-width="1.8"/>',
  failed: '<path d="M4.4.8h5.2L13.2 4.4v5.2L9.6 13.2H4.4L.8 9.6V4.4z" fill="C"/><path d="M4.9 4.9l4.2 4.2M9.1 4.9 4.9 9.1" stroke="#fff" stroke-width="1.9"/>',
  cached: '<circle cx="7" cy="7" r="5.6" fill="none" stroke="C" stroke-width="1.6"/><path d="M7.7 3.2 4.6 7.6h2.2l-.6 3.2 3.2-4.5H7.2z" fill="C"/>',
  skipped: '<circle cx="7" cy="7" r="5.6" fill="none" stroke="C" stroke-width="1.5"/><path d="M4.6 5 6.6 7l-2 2M7.4 5l2 2-2 2" fill="none" stroke="C" stroke-width="1.5"/>',
  canceled: '<rect x="1.3" y="1.3" width="11.4" height="11.4" rx="2.4" fill="none" stroke="C" stroke-width="1.6"/><rect x="4.6" y="4.6" width="4.8" height="4.8" rx=".8" fill="C"/>',
  waiting: '<path d="M7 .5 13.5 7 7 13.5.5 7z" fill="C"/><path d="M5.7 5v4M8.3 5v4" stroke="#fff" stroke-width="1.6"/>',
};
/** Middle tones, as a tab bar may be light or dark whatever the page is. */
const COLOUR: Record<VisualState, string> = { pending: '#7f8a91', running: '#2192d6', succeeded: '#2a9d5c', failed: '#e0453f', cached: '#1f9a98', skipped: '#828a93', canceled: '#96826f', waiting: '#c9871b' };

/** The icon of the browser's tab carries the state, as its title does. */
export function useTabIcon(state: VisualState | undefined): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('#favicon');
    if (!icon || !state) return;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14">${SHAPE[state].replaceAll('"C"', `"${COLOUR[state]}"`)}</svg>`;
    icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    return () => {
      icon.href = fromBase('/favicon.svg');
    };
  }, [state]);
}

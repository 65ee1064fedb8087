'use client';
import { useTexts } from '@/i18n/use-texts';
import type { VisualState } from '@/states/visual-state';

const SHAPES: Record<VisualState, React.ReactNode> = {
  pending: <circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="1.9 1.49" />,
  running: (
    <>
      <circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.8" opacity=".28" />
      <g className="mr-spin">
        <circle cx="7" cy="7" r="6.3" fill="none" />
        <path d="M7 1.6A5.4 5.4 0 0 1 12.4 7" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      </g>
      <circle cx="7" cy="7" r="2" fill="currentColor" />
    </>
  ),
  succeeded: (
    <>
      <circle cx="7" cy="7" r="6.3" fill="currentColor" />
      <path d="M4.1 7.2 6.2 9.2 9.9 5.1" fill="none" stroke="var(--mr-surface)" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  failed: (
    <>
      <path d="M4.4.8h5.2L13.2 4.4v5.2L9.6 13.2H4.4L.8 9.6V4.4z" fill="currentColor" />
      <path d="M4.9 4.9l4.2 4.2M9.1 4.9 4.9 9.1" stroke="var(--mr-surface)" strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  cached: (
    <>
      <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M7.7 3.2 4.6 7.6h2.2l-.6 3.2 3.2-4.5H7.2z" fill="currentColor" />
    </>
  ),
  skipped: (
    <>
      <circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M4.6 5 6.6 7l-2 2M7.4 5l2 2-2 2" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  canceled: (
    <>
      <rect x="1.3" y="1.3" width="11.4" height="11.4" rx="2.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <rect x="4.6" y="4.6" width="4.8" height="4.8" rx=".8" fill="currentColor" />
    </>
  ),
  waiting: (
    <>
      <path d="M7 .5 13.5 7 7 13.5.5 7z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />
      <path d="M5.7 5v4M8.3 5v4" stroke="var(--mr-surface)" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
};

interface StateGlyphProps {
  readonly state: VisualState;
  readonly size?: number;
  /** A run that is being canceled keeps the running glyph in the canceled colour. */
  readonly canceling?: boolean;
  /** Beside the word itself the glyph says nothing. */
  readonly decorative?: boolean;
}

/** A state as colour and shape; its word is the accessible name. */
export function StateGlyph({ state, size = 14, canceling = false, decorative = false }: StateGlyphProps) {
  const t = useTexts();
  const name = canceling ? t.states.canceling : t.states[state];
  const label = decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name };
  return (
    <svg className={`st-${canceling ? 'canceled' : state}`} width={size} height={size} viewBox="0 0 14 14" style={{ color: 'var(--s)' }} {...label}>
      {decorative ? null : <title>{name}</title>}
      {SHAPES[state]}
    </svg>
  );
}

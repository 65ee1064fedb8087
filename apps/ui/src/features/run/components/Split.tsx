'use client';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '@/i18n/use-texts';
import styles from './Split.module.css';

const KEY = 'millrace.panel.width';
const MIN = 400;
const STEP = 24;

/** A view with a panel on its right: resizable by pointer and arrow keys, and remembered. On a phone the panel is the page. */
export function Split({ children, panel }: { readonly children: ReactNode; readonly panel: ReactNode | undefined }) {
  const t = useTexts();
  const root = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState<number>();
  useEffect(() => {
    try {
      const kept = Number(localStorage.getItem(KEY));
      if (kept >= MIN) setWidth(kept);
    } catch {
      // The default width is right then.
    }
  }, []);
  const resize = useCallback((next: number) => {
    const most = Math.max(MIN, (root.current?.clientWidth ?? 1200) - 320);
    const fitting = Math.round(Math.min(most, Math.max(MIN, next)));
    setWidth(fitting);
    try {
      localStorage.setItem(KEY, String(fitting));
    } catch {
      // Then it is not remembered.
    }
  }, []);
  const current = () => root.current?.querySelector('aside')?.getBoundingClientRect().width ?? MIN;
  return (
    <div ref={root} className={`${styles.split} ${panel ? styles.open : ''}`} style={width && panel ? { gridTemplateColumns: `minmax(0, 1fr) min(${width}px, calc(100% - 320px))` } : undefined}>
      <section className={styles.view}>{children}</section>
      {panel ? (
        <aside className={styles.panel}>
          <div
            className={styles.handle}
            role="separator"
            aria-orientation="vertical"
            aria-label={t.task.resize}
            aria-valuenow={width}
            aria-valuemin={MIN}
            tabIndex={0}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
              event.preventDefault();
              event.stopPropagation();
              resize(current() + (event.key === 'ArrowLeft' ? STEP : -STEP));
            }}
            onPointerDown={(event) => {
              event.preventDefault();
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={(event) => {
              if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
              const right = root.current?.getBoundingClientRect().right ?? 0;
              resize(right - event.clientX);
            }}
          />
          {panel}
        </aside>
      ) : null}
    </div>
  );
}

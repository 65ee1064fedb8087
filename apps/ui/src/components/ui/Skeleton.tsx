'use client';
import { useEffect, useState } from 'react';
import { useTexts } from '@/i18n/use-texts';
import styles from './Skeleton.module.css';

const WIDTHS = ['34%', '28%', '41%', '22%', '37%', '30%'];

/** Rows with the final height; nothing is drawn for the first 150 ms, so that a quick answer does not flash. */
export function SkeletonRows({ rows = 12 }: { readonly rows?: number }) {
  const t = useTexts();
  const visible = useAfter(150);
  return (
    <div role="status" aria-label={t.common.loading} className={visible ? undefined : styles.waiting}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={styles.row}>
          <i style={{ width: 14, borderRadius: '50%', height: 14 }} />
          <i style={{ width: WIDTHS[index % WIDTHS.length] }} />
          <span className="grow" />
          <i style={{ width: 96 }} />
          <i style={{ width: 64 }} />
        </div>
      ))}
    </div>
  );
}

/** The 2 px line under a header while old data is being replaced. */
export const RefetchLine = ({ active }: { readonly active: boolean }) => <div className={`${styles.line} ${active ? styles.active : ''}`} aria-hidden="true" />;

export function useAfter(milliseconds: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return passed;
}

'use client';
import { useRef } from 'react';
import { Button } from '@/components/ui/Button';
import { useTexts } from '@/i18n/use-texts';
import { useSearchState } from '@/url/use-search-state';
import styles from './Pager.module.css';

interface PagerProps {
  readonly count: number;
  readonly pageSize: number;
  readonly next: string | undefined;
}

/** Newer and Older over pages that are known only by tokens; the pages one came by are remembered, else Newer leads to the first. */
export function Pager({ count, pageSize, next }: PagerProps) {
  const t = useTexts();
  const url = useSearchState();
  const trail = useRef<(string | undefined)[]>([]);
  const page = url.get('page');
  const from = Number(url.get('from') ?? 1) || 1;
  if (!page && !next) return <div className={styles.pager} />;
  return (
    <div className={styles.pager}>
      {t.common.rows(from, from + count - 1)}
      <span className="grow" />
      <Button
        small
        disabled={!page}
        onClick={() => {
          const known = trail.current.length > 0;
          const before = trail.current.pop();
          const start = known ? Math.max(1, from - pageSize) : 1;
          url.push({ page: before, from: start > 1 ? String(start) : undefined });
        }}
      >
        {t.common.newer}
      </Button>
      <Button
        small
        disabled={!next}
        onClick={() => {
          trail.current.push(page);
          url.push({ page: next, from: String(from + count) });
        }}
      >
        {t.common.older}
      </Button>
    </div>
  );
}

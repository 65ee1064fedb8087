'use client';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { useTexts } from '@/i18n/use-texts';

export function NotFoundPage() {
  const t = useTexts();
  return (
    <EmptyState title={t.common.notFoundTitle} text={t.common.notFoundText}>
      <title>{`${t.common.notFoundTitle} · Millrace`}</title>
      <Link prefetch={false} href="/runs" className={buttonClass({ look: 'primary' })}>
        {t.common.toRuns}
      </Link>
    </EmptyState>
  );
}

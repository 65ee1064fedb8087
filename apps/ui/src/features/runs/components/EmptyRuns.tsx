'use client';
import { hostAddress } from '@/api/base-path';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/Button';
import { EmptyState } from '@/components/ui/EmptyState';
import { useTexts } from '@/i18n/use-texts';
import { firstRunSnippet } from '../lib/first-run-snippet';

/** No run yet: the few lines that make one, with this server's own address. */
export function EmptyRuns() {
  const t = useTexts();
  return (
    <EmptyState title={t.runs.emptyTitle} text={t.runs.emptyText} code={firstRunSnippet(hostAddress())}>
      <span className="t2">{t.runs.emptyForm}</span>
      <Link prefetch={false} href="/pipelines" className={buttonClass({})}>
        {t.nav.pipelines}
      </Link>
    </EmptyState>
  );
}

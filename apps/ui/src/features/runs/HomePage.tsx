'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { PageHead } from '@/features/frame';
import { useTexts } from '@/i18n/use-texts';

/** The root leads to the runs; a link of the upstream pages, which has only a hash, is followed by the frame. */
export function HomePage() {
  const t = useTexts();
  const router = useRouter();
  useEffect(() => {
    if (!window.location.hash.startsWith('#/')) router.replace(`/runs${window.location.search}`);
  }, [router]);
  return (
    <>
      <PageHead title={t.runs.title} />
      <SkeletonRows />
    </>
  );
}

'use client';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { SkeletonRows } from '@/components/ui/Skeleton';
import { PageHead } from '@/features/frame';
import { fromUpstreamLink } from '@/url/upstream-links';
import { useTexts } from '@/i18n/use-texts';

/** The root leads to the runs; a link of the upstream pages, which is the root with a hash, to where it belongs. */
export function HomePage() {
  const t = useTexts();
  const router = useRouter();
  useEffect(() => {
    router.replace(fromUpstreamLink(window.location.hash) ?? `/runs${window.location.search}`);
  }, [router]);
  return (
    <>
      <PageHead title={t.runs.title} />
      <SkeletonRows />
    </>
  );
}

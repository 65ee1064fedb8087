'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { KfpRunRequest } from '@/api/kfp';
import { millrace } from '@/api/millrace';

/** What would run, asked a moment after the last change. */
export function usePreview(request: KfpRunRequest, enabled: boolean) {
  const { display_name: _, description: __, ...matter } = request;
  const key = JSON.stringify(matter);
  const [settled, setSettled] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key), 350);
    return () => clearTimeout(timer);
  }, [key]);
  return useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => millrace.preview({ ...(JSON.parse(settled) as Omit<KfpRunRequest, 'display_name'>), display_name: 'preview' }, signal),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

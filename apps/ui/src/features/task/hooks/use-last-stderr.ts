'use client';
import { useQuery } from '@tanstack/react-query';
import { millrace } from '@/api/millrace';
import { plainText } from '@/features/logs';

/** The last line an attempt wrote to stderr; undefined while unknown, null when there is none. */
export function useLastStderr(run: string, task: string, attempt: number | undefined): string | null | undefined {
  const query = useQuery({
    queryKey: ['last-stderr', run, task, attempt],
    enabled: attempt !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const page = await millrace.logs(run, task, { attempt: attempt ?? 0, from: 'tail', limitBytes: 64 * 1024 }, signal);
      const line = page.lines.findLast((each) => each.stream !== 'stdout' && each.text.trim() !== '');
      return line ? plainText(line.text).trim() : null;
    },
  });
  return query.isError ? null : query.data;
}

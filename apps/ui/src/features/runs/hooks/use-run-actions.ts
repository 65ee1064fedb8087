'use client';
import { useQueryClient } from '@tanstack/react-query';
import type { RunDetail, RunList, RunSummary } from '@millrace/api-contract';
import { useCallback } from 'react';
import { ApiError } from '@/api/http';
import { kfp } from '@/api/kfp';
import { showToast } from '@/components/ui/toasts';
import { useTexts } from '@/i18n/use-texts';
import { keys } from '@/live/query-keys';

/** What can be done to runs. The result shows at once; on refusal it goes back and a sentence says why. */
export function useRunActions() {
  const t = useTexts();
  const client = useQueryClient();

  const show = useCallback(
    (id: string, change: Partial<RunSummary>) => {
      client.setQueryData<RunDetail>(keys.run(id), (detail) => detail && { ...detail, run: { ...detail.run, ...change } });
      client.setQueriesData<RunList>({ queryKey: keys.allRuns }, (list) => list && { ...list, runs: list.runs.map((run) => (run.id === id ? { ...run, ...change } : run)) });
    },
    [client],
  );

  const each = useCallback(
    async (runs: readonly RunSummary[], act: (run: RunSummary) => Promise<unknown>, change?: (run: RunSummary) => Partial<RunSummary>) => {
      for (const run of runs) if (change) show(run.id, change(run));
      const results = await Promise.allSettled(runs.map(act));
      const done: RunSummary[] = [];
      results.forEach((result, index) => {
        const run = runs[index];
        if (!run) return;
        if (result.status === 'fulfilled') {
          done.push(run);
          return;
        }
        if (change) show(run.id, run);
        const why = result.reason instanceof ApiError ? result.reason.message || t.common.offline : String(result.reason);
        showToast(t.runs.failedAction(run.name, why), { kind: 'failed' });
      });
      void client.invalidateQueries({ queryKey: keys.allRuns });
      return done;
    },
    [client, show, t],
  );

  const archive = useCallback(
    async (runs: readonly RunSummary[], verb: 'archive' | 'unarchive') => {
      const archived = verb === 'archive';
      const done = await each(runs, (run) => kfp.actOnRun(run.id, verb), () => ({ archived }));
      if (done.length === 0) return;
      const undo = () => void each(done, (run) => kfp.actOnRun(run.id, archived ? 'unarchive' : 'archive'), () => ({ archived: !archived }));
      showToast(archived ? t.runs.archivedToast(done.length) : t.runs.restoredToast(done.length), { undo });
    },
    [each, t],
  );

  const terminate = useCallback(
    async (runs: readonly RunSummary[]) => {
      const done = await each(runs, (run) => kfp.actOnRun(run.id, 'terminate'), () => ({ state: 'CANCELING' }));
      if (done.length > 0) showToast(t.runs.terminatedToast(done.length));
    },
    [each, t],
  );

  const retry = useCallback(
    async (runs: readonly RunSummary[]) => {
      const done = await each(runs, (run) => kfp.actOnRun(run.id, 'retry'), () => ({ state: 'RUNNING', finished_at: undefined, error: undefined }));
      if (done.length > 0) showToast(t.runs.retriedToast(done.length));
    },
    [each, t],
  );

  const remove = useCallback(
    async (runs: readonly RunSummary[]) => {
      const done = await each(runs, (run) => kfp.deleteRun(run.id));
      if (done.length > 0) showToast(t.runs.deletedToast(done.length));
      return done;
    },
    [each, t],
  );

  return { archive, terminate, retry, remove };
}

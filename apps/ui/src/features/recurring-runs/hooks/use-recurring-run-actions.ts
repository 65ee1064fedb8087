'use client';
import type { RecurringRunDetail, RecurringRunList, RecurringRunSummary } from '@millrace/api-contract';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ApiError } from '@/api/http';
import { kfp } from '@/api/kfp';
import { showToast } from '@/components/ui/toasts';
import { useTexts } from '@/i18n/use-texts';
import { keys } from '@/live/query-keys';

/** What can be done to a recurring run. The result shows at once; on refusal it goes back and a sentence says why. */
export function useRecurringRunActions() {
  const t = useTexts();
  const client = useQueryClient();

  const attempt = useCallback(
    async (name: string, act: () => Promise<unknown>): Promise<boolean> => {
      try {
        await act();
        return true;
      } catch (error) {
        showToast(t.runs.failedAction(name, error instanceof ApiError ? error.message || t.common.offline : String(error)), { kind: 'failed' });
        return false;
      } finally {
        void client.invalidateQueries({ queryKey: keys.recurringRuns });
      }
    },
    [client, t],
  );

  const setEnabled = useCallback(
    (run: RecurringRunSummary, enabled: boolean) => {
      const change = (each: RecurringRunSummary): RecurringRunSummary => (each.id === run.id ? { ...each, enabled } : each);
      client.setQueryData<RecurringRunDetail>(keys.recurringRun(run.id), (detail) => detail && { ...detail, recurring_run: change(detail.recurring_run) });
      client.setQueriesData<RecurringRunList>({ queryKey: [...keys.recurringRuns, 'list'] }, (list) => list && { ...list, recurring_runs: list.recurring_runs.map(change) });
      return attempt(run.name, () => kfp.setRecurringRunEnabled(run.id, enabled));
    },
    [attempt, client],
  );

  const remove = useCallback(
    async (run: RecurringRunSummary, runs: 'leave' | 'end') => {
      const done = await attempt(run.name, () => kfp.deleteRecurringRun(run.id, runs === 'leave' ? 'ORPHAN' : 'BACKGROUND'));
      if (done) showToast(t.recurring.deletedToast(run.name));
      return done;
    },
    [attempt, t],
  );

  return { setEnabled, remove };
}

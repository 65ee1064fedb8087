import type { RunSummary } from '@millrace/api-contract';
import type { RunsQuery } from '@/api/millrace';
import { foldText } from '../../../format/match-text';

/** States one can ask for, with the words of the API. */
export const STATE_CHOICES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELING', 'CANCELED'] as const;
export type StateChoice = (typeof STATE_CHOICES)[number];

export const parseStates = (text: string | undefined): StateChoice[] =>
  (text ?? '').split(',').filter((state): state is StateChoice => (STATE_CHOICES as readonly string[]).includes(state));

/** Whether a run that just appeared belongs on a list; what the server decides by other means is left to the next fetch. */
export function belongsTo(run: RunSummary, query: RunsQuery, versionId?: string): boolean {
  if (run.archived !== (query.archived ?? false)) return false;
  if (query.experimentId && run.experiment.id !== query.experimentId) return false;
  if (query.recurringRunId && run.recurring_run?.id !== query.recurringRunId) return false;
  if (query.states?.length && !query.states.includes(run.state)) return false;
  if (versionId && run.version?.id !== versionId) return false;
  return !query.text || foldText(run.name).includes(foldText(query.text));
}

/** KFP's filter for the runs of one version. */
export const versionFilter = (versionId: string): string =>
  JSON.stringify({ predicates: [{ operation: 'EQUALS', key: 'pipeline_version_id', string_value: versionId }] });

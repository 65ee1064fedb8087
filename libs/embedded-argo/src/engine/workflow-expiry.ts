import { LABEL_PERSISTED } from '@millrace/argo';
import { fromTimestamp } from '../clock.js';
import type { LiveWorkflow } from '../store/live-workflow.js';

/** When a finished Workflow may go: never before everything of it is stored elsewhere. */
export function workflowExpiry(live: LiveWorkflow): number | undefined {
  const { ttlStrategy } = live.spec;
  const { phase, finishedAt } = live.status;
  const end = fromTimestamp(finishedAt);
  if (ttlStrategy === undefined || end === undefined || live.metadata.labels?.[LABEL_PERSISTED] !== 'true') return undefined;
  const bySuccess = phase === 'Succeeded' ? ttlStrategy.secondsAfterSuccess : ttlStrategy.secondsAfterFailure;
  const seconds = bySuccess ?? ttlStrategy.secondsAfterCompletion;
  return seconds === undefined || seconds === null ? undefined : end + seconds * 1000;
}

/** The phases of Argo nodes and workflows (Argo 4.1, NodePhase and WorkflowPhase). */
export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';

/** Label on every Workflow of ours: the id of its run. KFP uses the same key. */
export const LABEL_RUN_ID = 'pipeline/runid';
/** Label set once everything of a finished Workflow is stored; only then may TTL remove it. KFP uses the same key. */
export const LABEL_PERSISTED = 'pipeline/persistedFinalState';

/** Annotation on a Workflow of a run that was retried: which retry of the run this is, from 1. */
export const ANNOTATION_RETRY = 'millrace/retry';
/** The id under which what an attempt left is kept when its run is retried: the retried Workflow has another attempt under the old id. */
export function keptAttemptId(nodeId: string, retry: number): string {
  return `${nodeId}.try${retry}`;
}

/** Whether an attempt's id is one from before a retry of its run. */
export function isKeptAttemptId(nodeId: string): boolean {
  return /\.try\d+$/.test(nodeId);
}

const COMPLETED: ReadonlySet<string> = new Set<NodePhase>(['Succeeded', 'Skipped', 'Failed', 'Error', 'Omitted']);

export function isNodeCompleted(phase: string | undefined): boolean {
  return phase !== undefined && COMPLETED.has(phase);
}

export function isWorkflowCompleted(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

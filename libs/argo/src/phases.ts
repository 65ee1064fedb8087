/** The phases of Argo nodes and workflows (Argo 4.1, NodePhase and WorkflowPhase). */
export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted';

/** Label on every Workflow of ours: the id of its run. KFP uses the same key. */
export const LABEL_RUN_ID = 'pipeline/runid';
/** Label set once everything of a finished Workflow is stored; only then may TTL remove it. KFP uses the same key. */
export const LABEL_PERSISTED = 'pipeline/persistedFinalState';

const COMPLETED: ReadonlySet<string> = new Set<NodePhase>(['Succeeded', 'Skipped', 'Failed', 'Error', 'Omitted']);

export function isNodeCompleted(phase: string | undefined): boolean {
  return phase !== undefined && COMPLETED.has(phase);
}

export function isWorkflowCompleted(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

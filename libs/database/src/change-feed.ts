/**
 * A committed change, for those who show data live. Carries ids only: readers fetch what they need. All tasks of one call are one
 * change; archiving an experiment is one change of the experiment, not one of each of its runs.
 */
export type Change =
  | { readonly kind: 'run'; readonly id: string; readonly op: 'created' | 'updated' | 'deleted' }
  | { readonly kind: 'task'; readonly runId: string; readonly paths: readonly string[] }
  | { readonly kind: 'pipeline' | 'pipeline-version' | 'experiment' | 'recurring-run'; readonly id: string; readonly op: 'created' | 'updated' | 'deleted' }
  /** Others changed something that cannot be told any more: whatever was read before may be old. */
  | { readonly kind: 'lost' };

export interface ChangeFeed {
  /** Listener is called after the commit, in order of commits of this process; returns the function that ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

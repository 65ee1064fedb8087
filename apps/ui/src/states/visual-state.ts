import type { RunSummary, TaskCounts, TaskSummary } from '@millrace/api-contract';

/** What a state looks like: its glyph, colour and word. */
export type VisualState = 'pending' | 'running' | 'succeeded' | 'failed' | 'cached' | 'skipped' | 'canceled' | 'waiting';

/** The order of the strip's shares. */
export const STRIP_ORDER: readonly VisualState[] = ['succeeded', 'cached', 'failed', 'waiting', 'running', 'pending', 'skipped', 'canceled'];

/** The order in which a folded group shows its worst state. */
const WORST_FIRST: readonly VisualState[] = ['failed', 'waiting', 'running', 'pending', 'canceled', 'succeeded', 'cached', 'skipped'];

export type VisualCounts = Partial<Record<VisualState, number>>;

const OF_TASK: Record<TaskSummary['state'], VisualState> = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CACHED: 'cached',
  SKIPPED: 'skipped',
  CANCELED: 'canceled',
};

const OF_RUN: Record<RunSummary['state'], VisualState> = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  SKIPPED: 'skipped',
  CANCELING: 'running',
  CANCELED: 'canceled',
  PAUSED: 'waiting',
};

export const visualOfTask = (state: TaskSummary['state']): VisualState => OF_TASK[state];

/** A run that succeeded although nothing ran is shown as cached. */
export function visualOfRun(run: Pick<RunSummary, 'state' | 'task_counts'>): VisualState {
  const counts = run.task_counts;
  if (run.state === 'SUCCEEDED' && (counts.CACHED ?? 0) > 0 && !counts.SUCCEEDED) return 'cached';
  return OF_RUN[run.state];
}

export function visualCounts(counts: TaskCounts): VisualCounts {
  const result: VisualCounts = {};
  for (const [state, count] of Object.entries(counts)) {
    const visual = OF_TASK[state as TaskSummary['state']];
    if (count) result[visual] = (result[visual] ?? 0) + count;
  }
  return result;
}

export const sumOf = (counts: VisualCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Tasks that need nothing more: those that gave their result, and those that had not to. */
export const doneOf = (counts: VisualCounts): number => (counts.succeeded ?? 0) + (counts.cached ?? 0) + (counts.skipped ?? 0);

export function worstOf(states: Iterable<VisualState>): VisualState {
  const present = new Set(states);
  return WORST_FIRST.find((state) => present.has(state)) ?? 'pending';
}

/** A run that may still change by itself. */
export const isActive = (run: Pick<RunSummary, 'state'>): boolean => run.state === 'PENDING' || run.state === 'RUNNING' || run.state === 'CANCELING' || run.state === 'PAUSED';

/** A run that can go on from what succeeded. */
export const isRetriable = (run: Pick<RunSummary, 'state'>): boolean => run.state === 'FAILED' || run.state === 'CANCELED';

export const isSettled = (state: TaskSummary['state']): boolean => state !== 'PENDING' && state !== 'RUNNING';

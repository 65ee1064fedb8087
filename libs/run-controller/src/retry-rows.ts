import { keptAttemptId, isKeptAttemptId, type Template, type Workflow } from '@millrace/argo';
import type { Database, Run, RunReopening, Task, TaskCounts, TaskReset, TaskState } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import { isGatedTask } from '@millrace/workflow-compiler';
import type { Fate } from './retry-plan.js';
import { iterationsOf } from './task-rows.js';

const OVER: ReadonlySet<Run['state']> = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED']);

/** How often a run was retried, by its history. */
export function retriesOf({ stateHistory }: Pick<Run, 'stateHistory'>): number {
  return stateHistory.slice(0, -1).filter(({ state }) => OVER.has(state)).length;
}

export interface RowsToReset extends Pick<RunReopening, 'resets' | 'reopened' | 'removed' | 'taskCounts'> {}

/**
 * What a retry does with the rows of a run's tasks. What was decided when the run was submitted is in its Workflow for good, so it stays; what a gate
 * decides is forgotten. Rejects with ABORTED when outputs that were to be reused are gone.
 */
export async function rowsToReset(
  database: Database,
  tasks: readonly Task[],
  fates: ReadonlyMap<string, Fate>,
  { retry, workflow, isPlanned }: { readonly retry: number; readonly workflow: Workflow; readonly isPlanned: boolean },
): Promise<RowsToReset> {
  const templates = workflow.spec.templates ?? [];
  const keeps = (task: Task): TaskReset['keeps'] => (isPlanned ? plannedPart(task, templates) : 'nothing');
  const again = tasks.filter((task) => fates.get(task.path) === 'reset');
  const loops = again.filter((task) => task.kind === 'dag' && keeps(task) === 'nothing').map(({ path }) => `${path}#`);
  const isRemoved = ({ path }: Task): boolean => loops.some((loop) => path.startsWith(loop));
  const resets: TaskReset[] = [];
  for (const task of again) {
    if (isRemoved(task)) continue;
    const kept = keeps(task);
    const outputs = kept === 'all' && task.state !== 'CACHED' ? await reusedOutputs(database, task) : undefined;
    const attempts = task.attempts.map((attempt) => (isKeptAttemptId(attempt.nodeId) ? attempt : { ...attempt, nodeId: keptAttemptId(attempt.nodeId, retry) }));
    resets.push({ path: task.path, id: task.id, keeps: kept, attempts, ...(outputs !== undefined && { outputs }) });
  }
  const counts: { -readonly [State in keyof TaskCounts]: number } = {};
  for (const task of tasks) {
    if (task.kind !== 'container' || isRemoved(task)) continue;
    const state: TaskState = fates.get(task.path) === 'reset' ? 'PENDING' : task.state;
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return {
    resets,
    reopened: tasks.filter((task) => fates.get(task.path) === 'reopen').map(({ path }) => path),
    removed: again.filter(isRemoved).map(({ id }) => id),
    taskCounts: counts,
  };
}

function plannedPart(task: Task, templates: readonly Template[]): TaskReset['keeps'] {
  const isIteration = /#\d+$/.test(task.path);
  if (isIteration || isGatedTask(task.path, templates)) return 'nothing';
  if (task.kind === 'dag') return iterationsOf(task) === undefined ? 'nothing' : 'inputs';
  // Without a process of its own: from the cache, imported, left out.
  return task.cachedFrom !== undefined || task.execution === undefined ? 'all' : 'inputs';
}

/** What a task was to take from the cache was taken from it again when it was not reached. */
async function reusedOutputs(database: Database, task: Task): Promise<TaskReset['outputs']> {
  if (task.cachedFrom === undefined) return undefined;
  try {
    return (await database.tasks.get(task.cachedFrom.taskId)).outputs ?? {};
  } catch (error) {
    if (!isPipelineError(error) || error.code !== 'NOT_FOUND') throw error;
    throw new PipelineError('ABORTED', `The run cannot be retried: task "${task.displayName}" was to reuse what run ${task.cachedFrom.runId} left, and that was deleted. Run it again; what succeeded is taken from the cache.`);
  }
}

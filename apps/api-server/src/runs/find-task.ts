import type { Database, Task } from '@millrace/database';
import { PipelineError } from '@millrace/errors';

/** The task of a run that a node id means: the task's own id, its path, or the id of one of its attempts. */
export async function findTask(database: Database, runId: string, nodeId: string): Promise<{ readonly task: Task; readonly attemptNodeId?: string }> {
  const tasks = await database.tasks.list(runId);
  const task = tasks.find(({ id, path }) => id === nodeId || path === nodeId);
  if (task) return { task };
  const byAttempt = tasks.find(({ attempts }) => attempts.some((attempt) => attempt.nodeId === nodeId));
  if (byAttempt) return { task: byAttempt, attemptNodeId: nodeId };
  throw new PipelineError('NOT_FOUND', `Node ${nodeId} of run ${runId} not found`);
}

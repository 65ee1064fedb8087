import { PipelineError } from '@millrace/errors';
import { ARTIFACT_COLUMNS, fromArtifact } from './artifact-rows.js';
import { ConstraintError, toDatabaseError } from './database-error.js';
import { insertRows } from './insert-rows.js';
import { checkLengths } from './length-caps.js';
import type { RunProgress, TaskUpdate } from './model.js';
import type { Sql } from './sql-session.js';
import { joinSql, literal, sql } from './sql-text.js';
import { fromTask, fromTaskUpdate, TASK_COLUMNS } from './task-rows.js';

/** The run that progress belongs to, as far as its rows repeat it. */
export interface ProgressScope {
  readonly runId: string;
  readonly namespace: string;
  readonly pipelineName: string;
  readonly at: Date;
}

type TaskProgress = Omit<RunProgress, 'runId' | 'at' | 'run'>;

async function updateTask(tx: Sql, runId: string, update: TaskUpdate): Promise<void> {
  const columns = fromTaskUpdate(update);
  if (columns.length === 0) return;
  const assignments = joinSql(columns.map(([column, value]) => sql`${literal(column)} = ${value}`), ', ');
  const matched = await tx.execute(sql`UPDATE tasks SET ${assignments} WHERE runId = ${runId} AND path = ${update.path}`);
  if (matched === 0) throw new PipelineError('NOT_FOUND', `Run ${runId} has no task at "${update.path}"; give it among newTasks first.`);
}

async function insertLinks(tx: Sql, runId: string, links: NonNullable<TaskProgress['links']>): Promise<void> {
  const rows = links.map(({ taskId, direction, name, index, artifactId }) => {
    checkLengths({ 'TaskArtifact.Name': name });
    return { taskId, direction, name, position: index, runId, artifactId };
  });
  try {
    await insertRows(
      tx,
      {
        table: 'task_artifacts',
        columns: ['taskId', 'direction', 'name', 'position', 'runId', 'artifactId'],
        onConflict: { keys: ['taskId', 'direction', 'name', 'position'], overwrite: ['artifactId'] },
      },
      rows,
    );
  } catch (error) {
    const fault = toDatabaseError(error);
    if (fault instanceof ConstraintError && fault.constraint === 'foreign-key') {
      throw new PipelineError('ABORTED', `Run ${runId} refers to an artifact or a task that is not stored: a run whose outputs it reuses may just have been deleted. Plan it again.`, { cause: error });
    }
    throw error;
  }
}

/** Writes what was found about tasks; twice the same leaves the same rows. Belongs into a transaction. */
export async function writeProgress(tx: Sql, scope: ProgressScope, progress: TaskProgress): Promise<void> {
  const { runId, namespace, pipelineName, at } = scope;
  if (progress.newTasks?.length) {
    await insertRows(tx, { table: 'tasks', columns: TASK_COLUMNS, onConflict: { keep: ['id'] } }, progress.newTasks.map((task) => fromTask({ ...task, runId })));
  }
  // At once: MySQL's driver sends them one after another without waiting for answers.
  if (progress.tasks?.length) await Promise.all(progress.tasks.map((update) => updateTask(tx, runId, update)));
  if (progress.newArtifacts?.length) {
    await insertRows(tx, { table: 'artifacts', columns: ARTIFACT_COLUMNS, onConflict: { keep: ['id'] } }, progress.newArtifacts.map(fromArtifact));
  }
  if (progress.links?.length) await insertLinks(tx, runId, progress.links);
  if (progress.metrics?.length) {
    // What is not a number has no place in an order, and MySQL cannot hold it; the artifact's metadata still has it.
    const metrics = progress.metrics.filter(({ value }) => Number.isFinite(value));
    for (const { name } of metrics) checkLengths({ 'Metric.Name': name });
    await insertRows(
      tx,
      { table: 'metrics', columns: ['runId', 'name', 'taskId', 'value'], onConflict: { keys: ['runId', 'name', 'taskId'], overwrite: ['value'] } },
      metrics.map(({ taskId, name, value }) => ({ runId, name, taskId, value })),
    );
  }
  if (progress.cacheEntries?.length) {
    await insertRows(
      tx,
      { table: 'cache_entries', columns: ['taskId', 'namespace', 'pipelineName', 'fingerprint', 'createdAt'], onConflict: { keep: ['taskId'] } },
      progress.cacheEntries.map(({ taskId, fingerprint }) => ({ taskId, namespace, pipelineName, fingerprint, createdAt: at })),
    );
  }
}

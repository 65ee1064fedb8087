import { fromTaskUpdate } from './task-rows.js';
import type { RunReopening, TaskReset } from './model.js';
import type { Sql } from './sql-session.js';
import { joinSql, listSql, literal, sql, type SqlText } from './sql-text.js';

const IDS_PER_STATEMENT = 500;

function* chunksOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += IDS_PER_STATEMENT) yield items.slice(start, start + IDS_PER_STATEMENT);
}

const UNDONE = literal(`state = 'PENDING', message = NULL, queuedAt = NULL, startedAt = NULL, finishedAt = NULL`);
// How often a loop runs is decided again; what the container of a task is shows until that is.
const UNDECIDED = literal(`inputs = NULL, outputs = NULL, fingerprint = NULL, cachedFromRunId = NULL, cachedFromTaskId = NULL, execution = CASE WHEN kind = 'dag' THEN NULL ELSE execution END`);
const LEFT_BEHIND = literal('outputs = NULL');

function assignmentsOf({ keeps, outputs, attempts }: TaskReset): SqlText {
  const given = fromTaskUpdate({ path: '', attempts, ...(outputs !== undefined && { outputs }) }).map(([column, value]) => sql`${literal(column)} = ${value}`);
  return joinSql([UNDONE, ...(keeps === 'nothing' ? [UNDECIDED] : keeps === 'inputs' ? [LEFT_BEHIND] : []), ...given], ', ');
}

/** Puts the rows of tasks back to where they were before they were done. Belongs into a transaction. */
export async function resetTasks(tx: Sql, runId: string, { resets, reopened, removed }: Pick<RunReopening, 'resets' | 'reopened' | 'removed'>): Promise<void> {
  await Promise.all(resets.map((reset) => tx.execute(sql`UPDATE tasks SET ${assignmentsOf(reset)} WHERE runId = ${runId} AND path = ${reset.path}`)));
  for (const paths of chunksOf(reopened)) {
    await tx.execute(sql`UPDATE tasks SET state = 'RUNNING', message = NULL, outputs = NULL, finishedAt = NULL WHERE runId = ${runId} AND path IN ${listSql(paths)}`);
  }
  const without = (keeps: readonly TaskReset['keeps'][]) => resets.filter((reset) => keeps.includes(reset.keeps)).map(({ id }) => id);
  for (const ids of chunksOf(without(['nothing', 'inputs']))) {
    await tx.execute(sql`DELETE FROM cache_entries WHERE taskId IN ${listSql(ids)}`);
    await tx.execute(sql`DELETE FROM metrics WHERE taskId IN ${listSql(ids)}`);
    await tx.execute(sql`DELETE FROM task_artifacts WHERE taskId IN ${listSql(ids)} AND direction = 'OUTPUT'`);
  }
  for (const ids of chunksOf(without(['nothing']))) await tx.execute(sql`DELETE FROM task_artifacts WHERE taskId IN ${listSql(ids)} AND direction = 'INPUT'`);
  for (const ids of chunksOf(removed)) await tx.execute(sql`DELETE FROM tasks WHERE runId = ${runId} AND id IN ${listSql(ids)}`);
}

import { PipelineError } from '@millrace/errors';
import type { TaskRepository } from './database.js';
import type { TaskModel } from './generated/sqlite/models.js';
import type { Task, TaskSummary } from './model.js';
import type { SqlSession } from './sql-session.js';
import { listSql, literal, sql } from './sql-text.js';
import { TASK_COLUMNS, toTask } from './task-rows.js';

const SELECT = literal(`SELECT ${TASK_COLUMNS.join(', ')} FROM tasks`);
const SUMMARY_COLUMNS = TASK_COLUMNS.filter((column) => column !== 'inputs' && column !== 'execution');
const SELECT_SUMMARY = literal(`SELECT ${SUMMARY_COLUMNS.join(', ')} FROM tasks`);
const PATHS_PER_STATEMENT = 500;

export class StoredTasks implements TaskRepository {
  readonly #sql: SqlSession;

  constructor(session: SqlSession) {
    this.#sql = session;
  }

  async list(runId: string): Promise<readonly Task[]> {
    const rows = await this.#sql.query<TaskModel>(sql`${SELECT} WHERE runId = ${runId} ORDER BY position`);
    return rows.map(toTask);
  }

  async listSummaries(runId: string): Promise<readonly TaskSummary[]> {
    const rows = await this.#sql.query<Omit<TaskModel, 'inputs' | 'execution'>>(sql`${SELECT_SUMMARY} WHERE runId = ${runId} ORDER BY position`);
    return rows.map((row) => toTask({ ...row, inputs: null, execution: null }));
  }

  async listByPaths(runId: string, paths: readonly string[]): Promise<readonly Task[]> {
    const rows: TaskModel[] = [];
    for (let start = 0; start < paths.length; start += PATHS_PER_STATEMENT) {
      rows.push(...(await this.#sql.query<TaskModel>(sql`${SELECT} WHERE runId = ${runId} AND path IN ${listSql(paths.slice(start, start + PATHS_PER_STATEMENT))}`)));
    }
    return rows.sort((a, b) => a.position - b.position).map(toTask);
  }

  async get(id: string): Promise<Task> {
    const [row] = await this.#sql.query<TaskModel>(sql`${SELECT} WHERE id = ${id}`);
    if (!row) throw new PipelineError('NOT_FOUND', `Task ${id} not found`, { details: { id } });
    return toTask(row);
  }
}

import { PipelineError } from '@millrace/errors';
import type { Change } from './change-feed.js';
import type { ChangeEmitter } from './change-emitter.js';
import { ConstraintError, isIdTaken } from './database-error.js';
import type { RunRepository } from './database.js';
import { deleteRunRows } from './delete-run.js';
import { forUpdate } from './dialect.js';
import type { RunDocumentModel, RunModel } from './generated/sqlite/models.js';
import { insertRows } from './insert-rows.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { listPage } from './list-page.js';
import type { ListQuery, Page } from './list-query.js';
import type { PipelineDocument, Run, RunDocuments, RunProgress, RunReopening, RunState, RunUpdate, StorageState } from './model.js';
import { fromDocument, toDocument } from './pipeline-rows.js';
import type { NewestRunTimes } from './newest-run-times.js';
import type { PrismaAccess } from './prisma-access.js';
import { RUN_LIST } from './run-list.js';
import { resetTasks } from './reopen-run.js';
import { fromRun, readHistory, RUN_COLUMNS, toRun } from './run-rows.js';
import { isFinal, mayFollow, UNFINISHED_STATES, withStateChange } from './run-state.js';
import type { Sql, SqlSession } from './sql-session.js';
import { joinSql, listSql, literal, sql, type SqlText } from './sql-text.js';
import { writeProgress } from './write-progress.js';

type StoredState = Pick<RunModel, 'namespace' | 'pipelineName' | 'state' | 'stateHistory' | 'finishedAt'>;

const DELETE_ATTEMPTS = 3;

const notFound = (id: string): PipelineError => new PipelineError('NOT_FOUND', `Run ${id} not found`, { details: { id } });

function taskChanges(runId: string, progress: Pick<RunProgress, 'newTasks' | 'tasks'>): readonly Change[] {
  const paths = [...new Set([...(progress.newTasks ?? []), ...(progress.tasks ?? [])].map(({ path }) => path))];
  return paths.length === 0 ? [] : [{ kind: 'task', runId, paths }];
}

async function lockRun(tx: Sql, id: string): Promise<StoredState> {
  const [row] = await tx.query<StoredState>(sql`SELECT namespace, pipelineName, state, stateHistory, finishedAt FROM runs WHERE id = ${id}${forUpdate(tx.dialect)}`);
  if (!row) throw notFound(id);
  return row;
}

/** What to set on the run's row; a state that may not follow the stored one is left out with what belongs to it. */
function runAssignments(stored: StoredState, update: RunUpdate, at: Date): readonly SqlText[] {
  const { state, error, submitted, startedAt, finishedAt, taskCounts } = update;
  const current = stored.state as RunState;
  const accepted = state === undefined || mayFollow(current, state);
  const assignments: SqlText[] = [];
  if (state !== undefined && accepted && state !== current) assignments.push(sql`state = ${state}`);
  if (state !== undefined && accepted) {
    const history = readHistory(stored.stateHistory);
    const changed = withStateChange(history, { state, at, ...(error !== undefined && { error }) });
    if (changed !== history) assignments.push(sql`stateHistory = ${toJsonText(changed)}`);
  }
  if (error !== undefined && accepted) assignments.push(sql`error = ${error}`);
  if (finishedAt !== undefined && accepted) assignments.push(sql`finishedAt = ${finishedAt}`);
  if (startedAt !== undefined) assignments.push(sql`startedAt = ${startedAt}`);
  if (submitted !== undefined) assignments.push(sql`submitted = ${submitted}`);
  if (taskCounts !== undefined) assignments.push(sql`taskCounts = ${toJsonText(taskCounts)}`);
  return assignments;
}

const RUN_SELECT = literal(`SELECT ${RUN_COLUMNS.join(', ')} FROM runs`);

export class StoredRuns implements RunRepository {
  readonly #sql: SqlSession;
  readonly #orm: PrismaAccess;
  readonly #changes: ChangeEmitter;
  readonly #newest: NewestRunTimes;

  constructor(session: SqlSession, orm: PrismaAccess, changes: ChangeEmitter, newest: NewestRunTimes) {
    this.#sql = session;
    this.#orm = orm;
    this.#changes = changes;
    this.#newest = newest;
  }

  async create(run: Run, documents: RunDocuments, progress: Omit<RunProgress, 'runId' | 'at' | 'run'>): Promise<void> {
    const row = fromRun(run);
    const document = { runId: run.id, ...fromDocument(documents.document), workflow: toJsonText(documents.workflow) };
    const changes: readonly Change[] = [{ kind: 'run', id: run.id, op: 'created' }, ...taskChanges(run.id, progress)];
    try {
      await this.#sql.transaction(async (tx) => {
        await insertRows(tx, { table: 'runs', columns: RUN_COLUMNS }, [row]);
        await insertRows(tx, { table: 'run_documents', columns: ['runId', 'pipelineSpec', 'platformSpec', 'workflow'] }, [document]);
        await writeProgress(tx, { runId: run.id, namespace: run.namespace, pipelineName: run.pipelineName, at: run.createdAt }, progress);
        await this.#changes.tell(tx, changes);
      });
    } catch (error) {
      if (isIdTaken(error)) throw new PipelineError('ALREADY_EXISTS', `Run ${run.id} already exists`, { cause: error });
      throw error;
    }
    await this.#newest.note(run.experimentId, run.createdAt);
    this.#changes.emit(changes, { told: true });
  }

  async get(id: string): Promise<Run> {
    const run = await this.find(id);
    if (!run) throw notFound(id);
    return run;
  }

  async find(id: string): Promise<Run | undefined> {
    const [row] = await this.#sql.query<RunModel>(sql`${RUN_SELECT} WHERE id = ${id}`);
    return row && toRun(row);
  }

  async getDocument(id: string): Promise<PipelineDocument> {
    const [row] = await this.#sql.query<Pick<RunDocumentModel, 'pipelineSpec' | 'platformSpec'>>(sql`SELECT pipelineSpec, platformSpec FROM run_documents WHERE runId = ${id}`);
    if (!row) throw notFound(id);
    return toDocument(row);
  }

  async getDocuments(id: string): Promise<RunDocuments> {
    const row = await this.#orm.run((orm) => orm.runDocument.findUnique({ where: { runId: id } }));
    if (!row) throw notFound(id);
    return { document: toDocument(row), workflow: fromJsonText(row.workflow) };
  }

  async list(query: ListQuery & { readonly namespace?: string; readonly experimentId?: string }): Promise<Page<Run>> {
    const scope: SqlText[] = [];
    if (query.namespace !== undefined) scope.push(sql`namespace = ${query.namespace}`);
    if (query.experimentId !== undefined) scope.push(sql`experimentId = ${query.experimentId}`);
    return listPage(this.#sql, RUN_LIST, { query, scope, toItem: toRun });
  }

  async listUnfinished(): Promise<readonly Run[]> {
    const rows = await this.#sql.query<RunModel>(sql`${RUN_SELECT} WHERE state IN ${listSql(UNFINISHED_STATES)} ORDER BY createdAt, id`);
    return rows.map(toRun);
  }

  async listUnfinishedOf(recurringRunId: string): Promise<readonly Run[]> {
    const rows = await this.#sql.query<RunModel>(sql`${RUN_SELECT} WHERE recurringRunId = ${recurringRunId} AND state IN ${listSql(UNFINISHED_STATES)} ORDER BY createdAt, id`);
    return rows.map(toRun);
  }

  async listLatestOf(recurringRunId: string, limit: number): Promise<readonly Run[]> {
    const rows = await this.#sql.query<RunModel>(sql`${RUN_SELECT} WHERE recurringRunId = ${recurringRunId} ORDER BY createdAt DESC, id DESC LIMIT ${literal(String(limit))}`);
    return rows.map(toRun);
  }

  async record(progress: RunProgress): Promise<void> {
    const { runId, run, at } = progress;
    const changes: readonly Change[] = [...taskChanges(runId, progress), ...(run ? [{ kind: 'run', id: runId, op: 'updated' } as const] : [])];
    await this.#sql.transaction(async (tx) => {
      const stored = await lockRun(tx, runId);
      await writeProgress(tx, { runId, namespace: stored.namespace, pipelineName: stored.pipelineName, at }, progress);
      const assignments = run ? runAssignments(stored, run, at) : [];
      if (assignments.length > 0) await tx.execute(sql`UPDATE runs SET ${joinSql(assignments, ', ')} WHERE id = ${runId}`);
      await this.#changes.tell(tx, changes);
    });
    this.#changes.emit(changes, { told: true });
  }

  async transition(id: string, change: { readonly from: readonly RunState[]; readonly to: RunState; readonly at: Date; readonly error?: string; readonly appendHistory: boolean }): Promise<boolean> {
    const { from, to, at, error, appendHistory } = change;
    const moved = await this.#sql.transaction(async (tx) => {
      const stored = await lockRun(tx, id);
      if (!from.includes(stored.state as RunState)) return false;
      const history = readHistory(stored.stateHistory);
      const changed = appendHistory ? withStateChange(history, { state: to, at, ...(error !== undefined && { error }) }) : history;
      // A run that is taken up again has no end and no error; one that ends has an end.
      const finishedAt = isFinal(to) ? (stored.finishedAt ?? at) : null;
      const keptError = isFinal(stored.state as RunState) && !isFinal(to) ? sql`NULL` : literal('error');
      await tx.execute(sql`UPDATE runs SET state = ${to}, stateHistory = ${toJsonText(changed)}, finishedAt = ${finishedAt}, error = ${error === undefined ? keptError : sql`${error}`} WHERE id = ${id}`);
      return true;
    });
    if (moved) this.#changes.emit([{ kind: 'run', id, op: 'updated' }]);
    return moved;
  }

  async reopen(id: string, reopening: RunReopening): Promise<boolean> {
    const { from, at, taskCounts, resets, reopened } = reopening;
    const changes: readonly Change[] = [
      { kind: 'run', id, op: 'updated' },
      { kind: 'task', runId: id, paths: [...resets.map(({ path }) => path), ...reopened] },
    ];
    const moved = await this.#sql.transaction(async (tx) => {
      const stored = await lockRun(tx, id);
      if (!from.includes(stored.state as RunState)) return false;
      await resetTasks(tx, id, reopening);
      const history = withStateChange(readHistory(stored.stateHistory), { state: 'RUNNING', at });
      await tx.execute(
        sql`UPDATE runs SET state = 'RUNNING', stateHistory = ${toJsonText(history)}, finishedAt = NULL, error = NULL, submitted = ${false}, taskCounts = ${toJsonText(taskCounts)} WHERE id = ${id}`,
      );
      await this.#changes.tell(tx, changes);
      return true;
    });
    if (moved) this.#changes.emit(changes, { told: true });
    return moved;
  }

  async setStorageState(id: string, state: StorageState): Promise<void> {
    const { count } = await this.#orm.run((orm) => orm.run.updateMany({ where: { id }, data: { storageState: state } }));
    if (count === 0) throw notFound(id);
    this.#changes.emit([{ kind: 'run', id, op: 'updated' }]);
  }

  async delete(id: string): Promise<readonly string[]> {
    const orphaned = await this.#deleteRows(id);
    if (!orphaned) throw notFound(id);
    this.#changes.emit([{ kind: 'run', id, op: 'deleted' }]);
    return orphaned;
  }

  async #deleteRows(id: string): Promise<readonly string[] | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#sql.transaction((tx) => deleteRunRows(tx, id));
      } catch (error) {
        // On MySQL a new run may take an artifact from the cache between our look and our deletion; on the second look it is in use.
        if (attempt === DELETE_ATTEMPTS || !(error instanceof ConstraintError)) throw error;
      }
    }
  }
}

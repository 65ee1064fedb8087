import { PipelineError } from '@millrace/errors';
import type { ScheduleTrigger } from '@millrace/scheduling';
import type { ChangeEmitter } from './change-emitter.js';
import { isIdTaken } from './database-error.js';
import type { RecurringRunRepository } from './database.js';
import type { RecurringRunModel } from './generated/sqlite/models.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { checkLengths } from './length-caps.js';
import { listPage } from './list-page.js';
import type { ListQuery, Page } from './list-query.js';
import type { Json, PipelineDocument, RecurringRun, RecurringRunUpdate } from './model.js';
import { fromDocument, toDocument } from './pipeline-rows.js';
import type { PrismaAccess } from './prisma-access.js';
import { RECURRING_RUN_LIST } from './recurring-run-list.js';
import type { SqlSession } from './sql-session.js';
import { sql } from './sql-text.js';

const notFound = (id: string): PipelineError => new PipelineError('NOT_FOUND', `RecurringRun ${id} not found`, { details: { id } });

export class StoredRecurringRuns implements RecurringRunRepository {
  readonly #sql: SqlSession;
  readonly #orm: PrismaAccess;
  readonly #changes: ChangeEmitter;

  constructor(session: SqlSession, orm: PrismaAccess, changes: ChangeEmitter) {
    this.#sql = session;
    this.#orm = orm;
    this.#changes = changes;
  }

  async create(recurringRun: RecurringRun, document?: PipelineDocument): Promise<void> {
    const { id, displayName, pipelineName, serviceAccount } = recurringRun;
    checkLengths({ 'RecurringRun.DisplayName': displayName, 'RecurringRun.PipelineName': pipelineName, 'RecurringRun.ServiceAccount': serviceAccount });
    const data = { ...fromRecurringRun(recurringRun), ...(document && { document: { create: fromDocument(document) } }) };
    try {
      await this.#orm.run((orm) => orm.recurringRun.create({ data, select: { id: true } }));
    } catch (error) {
      if (isIdTaken(error)) throw new PipelineError('ALREADY_EXISTS', `RecurringRun ${id} already exists`, { cause: error });
      throw error;
    }
    this.#changes.emit([{ kind: 'recurring-run', id, op: 'created' }]);
  }

  async get(id: string): Promise<RecurringRun> {
    const found = await this.find(id);
    if (found === undefined) throw notFound(id);
    return found;
  }

  async find(id: string): Promise<RecurringRun | undefined> {
    const row = await this.#orm.run((orm) => orm.recurringRun.findUnique({ where: { id } }));
    return row === null ? undefined : toRecurringRun(row);
  }

  async getDocument(id: string): Promise<PipelineDocument | undefined> {
    const row = await this.#orm.run((orm) => orm.recurringRunDocument.findUnique({ where: { recurringRunId: id } }));
    return row === null ? undefined : toDocument(row);
  }

  async list(query: ListQuery & { readonly namespace?: string; readonly experimentId?: string }): Promise<Page<RecurringRun>> {
    const scope = [
      ...(query.namespace === undefined ? [] : [sql`namespace = ${query.namespace}`]),
      ...(query.experimentId === undefined ? [] : [sql`experimentId = ${query.experimentId}`]),
    ];
    return listPage(this.#sql, RECURRING_RUN_LIST, { query, scope, toItem: toRecurringRun });
  }

  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#orm.run((orm) => orm.recurringRun.findMany({ where: { id: { in: [...ids] } }, select: { id: true, displayName: true } }));
    return new Map(rows.map(({ id, displayName }) => [id, displayName]));
  }

  async listUnsubmitted(): Promise<readonly RecurringRun[]> {
    const rows = await this.#orm.run((orm) => orm.recurringRun.findMany({ where: { submitted: false }, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }));
    return rows.map(toRecurringRun);
  }

  async update(id: string, { trigger, at, ...change }: RecurringRunUpdate): Promise<boolean> {
    const data = { ...change, ...(trigger && { runTrigger: toJsonText(trigger)!, triggerKind: kindOf(trigger) }), ...(at && { updatedAt: at }) };
    const { count } = await this.#orm.run((orm) => orm.recurringRun.updateMany({ where: { id }, data }));
    if (count > 0) this.#changes.emit([{ kind: 'recurring-run', id, op: 'updated' }]);
    return count > 0;
  }

  async delete(id: string): Promise<void> {
    const { count } = await this.#orm.run((orm) => orm.recurringRun.deleteMany({ where: { id } }));
    if (count === 0) throw notFound(id);
    this.#changes.emit([{ kind: 'recurring-run', id, op: 'deleted' }]);
  }
}

function kindOf({ cronSchedule, periodicSchedule }: ScheduleTrigger): string {
  return cronSchedule ? 'CRON' : periodicSchedule ? 'PERIODIC' : 'ONCE';
}

function fromRecurringRun({ trigger, parameters, ...run }: RecurringRun) {
  return { ...run, runTrigger: toJsonText(trigger)!, triggerKind: kindOf(trigger), parameters: toJsonText(parameters)! };
}

function toRecurringRun(row: RecurringRunModel): RecurringRun {
  return {
    id: row.id,
    namespace: row.namespace,
    experimentId: row.experimentId,
    displayName: row.displayName,
    description: row.description,
    status: row.status as RecurringRun['status'],
    trigger: fromJsonText<ScheduleTrigger>(row.runTrigger),
    noCatchup: Boolean(row.noCatchup),
    maxConcurrency: row.maxConcurrency,
    ...(row.pipelineId !== null && { pipelineId: row.pipelineId }),
    ...(row.pipelineVersionId !== null && { pipelineVersionId: row.pipelineVersionId }),
    pipelineName: row.pipelineName,
    serviceAccount: row.serviceAccount,
    parameters: fromJsonText<Record<string, Json>>(row.parameters),
    ...(row.pipelineRoot !== null && { pipelineRoot: row.pipelineRoot }),
    scheduleName: row.scheduleName,
    submitted: Boolean(row.submitted),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(row.lastRunAt !== null && { lastRunAt: row.lastRunAt }),
    ...(row.nextRunAt !== null && { nextRunAt: row.nextRunAt }),
    lastIndex: row.lastIndex,
    ...(row.error !== null && { error: row.error }),
  };
}

import { PipelineError } from '@millrace/errors';
import type { ChangeEmitter } from './change-emitter.js';
import { isIdTaken, isNameTaken } from './database-error.js';
import type { ExperimentRepository } from './database.js';
import type { ExperimentModel } from './generated/sqlite/models.js';
import { checkLengths } from './length-caps.js';
import { idField, optionalTimeField, textField, timeField, type ListDefinition } from './list-fields.js';
import { listPage } from './list-page.js';
import type { ListQuery, Page } from './list-query.js';
import type { Experiment, StorageState } from './model.js';
import type { PrismaAccess } from './prisma-access.js';
import type { SqlSession } from './sql-session.js';
import { sql } from './sql-text.js';

const LIST: ListDefinition = {
  name: 'Experiment',
  table: 'experiments',
  columns: ['id', 'namespace', 'name', 'description', 'storageState', 'createdAt', 'lastRunCreatedAt'],
  fields: {
    id: idField,
    experiment_id: idField,
    name: textField('name'),
    display_name: textField('name'),
    created_at: timeField('createdAt'),
    last_run_created_at: optionalTimeField('lastRunCreatedAt'),
    description: textField('description'),
    namespace: textField('namespace'),
    storage_state: textField('storageState'),
  },
};

function toExperiment(row: ExperimentModel): Experiment {
  return {
    id: row.id,
    namespace: row.namespace,
    name: row.name,
    description: row.description,
    storageState: row.storageState as StorageState,
    createdAt: row.createdAt,
    ...(row.lastRunCreatedAt && { lastRunCreatedAt: row.lastRunCreatedAt }),
  };
}

const notFound = (id: string): PipelineError => new PipelineError('NOT_FOUND', `Experiment ${id} not found`, { details: { id } });

export class StoredExperiments implements ExperimentRepository {
  readonly #sql: SqlSession;
  readonly #orm: PrismaAccess;
  readonly #changes: ChangeEmitter;

  constructor(session: SqlSession, orm: PrismaAccess, changes: ChangeEmitter) {
    this.#sql = session;
    this.#orm = orm;
    this.#changes = changes;
  }

  async create(experiment: Experiment): Promise<Experiment> {
    checkLengths({ 'Experiment.Name': experiment.name, 'Experiment.Namespace': experiment.namespace });
    const { id, namespace, name, description, storageState, createdAt, lastRunCreatedAt } = experiment;
    try {
      await this.#orm.run((orm) => orm.experiment.createMany({ data: [{ id, namespace, name, description, storageState, createdAt, lastRunCreatedAt }] }));
    } catch (error) {
      if (isNameTaken(error)) throw new PipelineError('ALREADY_EXISTS', `Failed to create a new experiment. The name ${name} already exists. Please specify a new name`, { cause: error });
      if (isIdTaken(error)) throw new PipelineError('ALREADY_EXISTS', `Experiment ${id} already exists`, { cause: error });
      throw error;
    }
    this.#changes.emit([{ kind: 'experiment', id, op: 'created' }]);
    return experiment;
  }

  async get(id: string): Promise<Experiment> {
    const row = await this.#orm.run((orm) => orm.experiment.findUnique({ where: { id } }));
    if (!row) throw notFound(id);
    return toExperiment(row);
  }

  async findByName(namespace: string, name: string): Promise<Experiment | undefined> {
    const row = await this.#orm.run((orm) => orm.experiment.findUnique({ where: { namespace_name: { namespace, name } } }));
    return row ? toExperiment(row) : undefined;
  }

  async list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Experiment>> {
    const scope = query.namespace === undefined ? [] : [sql`namespace = ${query.namespace}`];
    return listPage(this.#sql, LIST, { query, scope, toItem: toExperiment });
  }

  async setStorageState(id: string, state: StorageState): Promise<void> {
    await this.#sql.transaction(async (tx) => {
      const matched = await tx.execute(sql`UPDATE experiments SET storageState = ${state} WHERE id = ${id}`);
      if (matched === 0) throw notFound(id);
      if (state === 'ARCHIVED') await tx.execute(sql`UPDATE runs SET storageState = 'ARCHIVED' WHERE experimentId = ${id} AND storageState <> 'ARCHIVED'`);
    });
    this.#changes.emit([{ kind: 'experiment', id, op: 'updated' }]);
  }

  async delete(id: string): Promise<void> {
    const { count } = await this.#orm.run((orm) => orm.experiment.deleteMany({ where: { id } }));
    if (count === 0) throw notFound(id);
    this.#changes.emit([{ kind: 'experiment', id, op: 'deleted' }]);
  }
}

import { PipelineError } from '@millrace/errors';
import type { ChangeEmitter } from './change-emitter.js';
import { isIdTaken, isNameTaken } from './database-error.js';
import type { PipelineRepository } from './database.js';
import type { PipelineModel, PipelineVersionModel } from './generated/sqlite/models.js';
import { checkLengths } from './length-caps.js';
import { listPage } from './list-page.js';
import type { ListQuery, Page } from './list-query.js';
import type { Pipeline, PipelineDocument, PipelineVersion } from './model.js';
import { PIPELINE_LIST, VERSION_LIST } from './pipeline-lists.js';
import { fromDocument, fromPipeline, fromVersion, tagRows, tagsOf, toDocument, toPipeline, toVersion, type Tags } from './pipeline-rows.js';
import type { Orm, PrismaAccess } from './prisma-access.js';
import type { SqlSession } from './sql-session.js';
import { listSql, sql } from './sql-text.js';

interface Labels {
  readonly displayName?: string;
  readonly tags?: Tags;
}

const pipelineNotFound = (id: string): PipelineError => new PipelineError('NOT_FOUND', `Pipeline ${id} not found`, { details: { id } });
const versionNotFound = (id: string): PipelineError => new PipelineError('NOT_FOUND', `PipelineVersion ${id} not found`, { details: { id } });
const pipelineNameTaken = (name: string, cause: unknown): PipelineError =>
  new PipelineError('ALREADY_EXISTS', `Failed to create a new pipeline. The name ${name} already exist. Please specify a new name`, { cause });
const versionNameTaken = (name: string, cause: unknown): PipelineError =>
  new PipelineError('ALREADY_EXISTS', `Failed to create a new pipeline version. The name ${name} already exist. Specify a new name`, { cause });

const newVersion = (version: PipelineVersion, document: PipelineDocument): Omit<PipelineVersionModel, 'pipelineId'> & { document: { create: ReturnType<typeof fromDocument> }; tags: { create: ReturnType<typeof tagRows> } } => {
  const { pipelineId: _, ...row } = fromVersion(version);
  return { ...row, document: { create: fromDocument(document) }, tags: { create: tagRows(version.tags) } };
};

export class StoredPipelines implements PipelineRepository {
  readonly #sql: SqlSession;
  readonly #orm: PrismaAccess;
  readonly #changes: ChangeEmitter;

  constructor(session: SqlSession, orm: PrismaAccess, changes: ChangeEmitter) {
    this.#sql = session;
    this.#orm = orm;
    this.#changes = changes;
  }

  async createWithVersion(pipeline: Pipeline, version: PipelineVersion, document: PipelineDocument): Promise<void> {
    const data = { ...fromPipeline(pipeline), tags: { create: tagRows(pipeline.tags) }, versions: { create: newVersion(version, document) } };
    await this.#create(pipeline, (orm) => orm.pipeline.create({ data, select: { id: true } }));
    this.#changes.emit([
      { kind: 'pipeline', id: pipeline.id, op: 'created' },
      { kind: 'pipeline-version', id: version.id, op: 'created' },
    ]);
  }

  async create(pipeline: Pipeline): Promise<void> {
    const data = { ...fromPipeline(pipeline), tags: { create: tagRows(pipeline.tags) } };
    await this.#create(pipeline, (orm) => orm.pipeline.create({ data, select: { id: true } }));
    this.#changes.emit([{ kind: 'pipeline', id: pipeline.id, op: 'created' }]);
  }

  async get(id: string): Promise<Pipeline> {
    const row = await this.#orm.run((orm) => orm.pipeline.findUnique({ where: { id }, include: { tags: true } }));
    if (!row) throw pipelineNotFound(id);
    return toPipeline(row, tagsOf(row.tags));
  }

  async findByName(namespace: string, name: string): Promise<Pipeline | undefined> {
    const row = await this.#orm.run((orm) => orm.pipeline.findUnique({ where: { namespace_name: { namespace, name } }, include: { tags: true } }));
    return row ? toPipeline(row, tagsOf(row.tags)) : undefined;
  }

  async list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Pipeline>> {
    const scope = query.namespace === undefined ? [] : [sql`namespace = ${query.namespace}`];
    const page = await listPage(this.#sql, PIPELINE_LIST, { query, scope, toItem: (row: PipelineModel) => row });
    const tags = await this.#tags('pipeline', page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((row) => toPipeline(row, tags.get(row.id) ?? {})) };
  }

  async update(id: string, change: Labels): Promise<Pipeline> {
    checkLengths({ 'Pipeline.DisplayName': change.displayName });
    const data = { displayName: change.displayName, ...(change.tags && { tags: { deleteMany: {}, create: tagRows(change.tags) } }) };
    const row = await this.#orm.run((orm) =>
      orm.$transaction(async (tx) => ((await tx.pipeline.count({ where: { id } })) === 0 ? undefined : tx.pipeline.update({ where: { id }, data, include: { tags: true } }))),
    );
    if (!row) throw pipelineNotFound(id);
    this.#changes.emit([{ kind: 'pipeline', id, op: 'updated' }]);
    return toPipeline(row, tagsOf(row.tags));
  }

  async delete(id: string, options: { readonly cascade: boolean }): Promise<void> {
    const versions = await this.#sql.transaction(async (tx) => {
      const rows = await tx.query<{ id: string }>(sql`SELECT id FROM pipeline_versions WHERE pipelineId = ${id}`);
      if (rows.length > 0 && !options.cascade) {
        throw new PipelineError('FAILED_PRECONDITION', `Pipeline ${id} cannot be deleted because it has ${rows.length} pipeline version(s). Delete them first, or Set cascade=true to delete them with it.`);
      }
      if ((await tx.execute(sql`DELETE FROM pipelines WHERE id = ${id}`)) === 0) throw pipelineNotFound(id);
      return rows;
    });
    this.#changes.emit([...versions.map((version) => ({ kind: 'pipeline-version', id: version.id, op: 'deleted' }) as const), { kind: 'pipeline', id, op: 'deleted' }]);
  }

  async createVersion(version: PipelineVersion, document: PipelineDocument): Promise<void> {
    const data = { ...newVersion(version, document), pipeline: { connect: { id: version.pipelineId } } };
    try {
      const exists = await this.#orm.run((orm) =>
        orm.$transaction(async (tx) => {
          if ((await tx.pipeline.count({ where: { id: version.pipelineId } })) === 0) return false;
          await tx.pipelineVersion.create({ data, select: { id: true } });
          return true;
        }),
      );
      if (!exists) throw pipelineNotFound(version.pipelineId);
    } catch (error) {
      if (isNameTaken(error)) throw versionNameTaken(version.name, error);
      if (isIdTaken(error)) throw new PipelineError('ALREADY_EXISTS', `PipelineVersion ${version.id} already exists`, { cause: error });
      throw error;
    }
    this.#changes.emit([{ kind: 'pipeline-version', id: version.id, op: 'created' }]);
  }

  async getVersion(id: string): Promise<PipelineVersion> {
    const row = await this.#orm.run((orm) => orm.pipelineVersion.findUnique({ where: { id }, include: { tags: true } }));
    if (!row) throw versionNotFound(id);
    return toVersion(row, tagsOf(row.tags));
  }

  async latestVersion(pipelineId: string): Promise<PipelineVersion | undefined> {
    const row = await this.#orm.run((orm) => orm.pipelineVersion.findFirst({ where: { pipelineId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], include: { tags: true } }));
    return row ? toVersion(row, tagsOf(row.tags)) : undefined;
  }

  async getDocument(versionId: string): Promise<PipelineDocument> {
    const row = await this.#orm.run((orm) => orm.pipelineDocument.findUnique({ where: { versionId } }));
    if (!row) throw versionNotFound(versionId);
    return toDocument(row);
  }

  async getDocuments(versionIds: readonly string[]): Promise<ReadonlyMap<string, PipelineDocument>> {
    const rows = await this.#orm.run((orm) => orm.pipelineDocument.findMany({ where: { versionId: { in: [...versionIds] } } }));
    return new Map(rows.map((row) => [row.versionId, toDocument(row)]));
  }

  async listVersions(pipelineId: string, query: ListQuery): Promise<Page<PipelineVersion>> {
    const page = await listPage(this.#sql, VERSION_LIST, { query, scope: [sql`pipelineId = ${pipelineId}`], toItem: (row: PipelineVersionModel) => row });
    const tags = await this.#tags('version', page.items.map(({ id }) => id));
    return { ...page, items: page.items.map((row) => toVersion(row, tags.get(row.id) ?? {})) };
  }

  async updateVersion(id: string, change: Labels): Promise<PipelineVersion> {
    checkLengths({ 'PipelineVersion.DisplayName': change.displayName });
    const data = { displayName: change.displayName, ...(change.tags && { tags: { deleteMany: {}, create: tagRows(change.tags) } }) };
    const row = await this.#orm.run((orm) =>
      orm.$transaction(async (tx) => ((await tx.pipelineVersion.count({ where: { id } })) === 0 ? undefined : tx.pipelineVersion.update({ where: { id }, data, include: { tags: true } }))),
    );
    if (!row) throw versionNotFound(id);
    this.#changes.emit([{ kind: 'pipeline-version', id, op: 'updated' }]);
    return toVersion(row, tagsOf(row.tags));
  }

  async deleteVersion(id: string): Promise<void> {
    const { count } = await this.#orm.run((orm) => orm.pipelineVersion.deleteMany({ where: { id } }));
    if (count === 0) throw versionNotFound(id);
    this.#changes.emit([{ kind: 'pipeline-version', id, op: 'deleted' }]);
  }

  async names(ids: { readonly pipelines: readonly string[]; readonly versions: readonly string[] }): Promise<{ readonly pipelines: ReadonlyMap<string, string>; readonly versions: ReadonlyMap<string, string> }> {
    const namesIn = async (table: 'pipelines' | 'pipeline_versions', wanted: readonly string[]): Promise<ReadonlyMap<string, string>> => {
      if (wanted.length === 0) return new Map();
      const statement = table === 'pipelines' ? sql`SELECT id, displayName FROM pipelines WHERE id IN ${listSql(wanted)}` : sql`SELECT id, displayName FROM pipeline_versions WHERE id IN ${listSql(wanted)}`;
      const rows = await this.#sql.query<{ id: string; displayName: string }>(statement);
      return new Map(rows.map(({ id, displayName }) => [id, displayName]));
    };
    return { pipelines: await namesIn('pipelines', [...new Set(ids.pipelines)]), versions: await namesIn('pipeline_versions', [...new Set(ids.versions)]) };
  }

  async #create(pipeline: Pipeline, body: (orm: Orm) => Promise<unknown>): Promise<void> {
    try {
      await this.#orm.run(body);
    } catch (error) {
      if (isNameTaken(error)) throw pipelineNameTaken(pipeline.name, error);
      if (isIdTaken(error)) throw new PipelineError('ALREADY_EXISTS', `Pipeline ${pipeline.id} or its version already exists`, { cause: error });
      throw error;
    }
  }

  async #tags(kind: 'pipeline' | 'version', ids: readonly string[]): Promise<ReadonlyMap<string, Tags>> {
    if (ids.length === 0) return new Map();
    const statement =
      kind === 'pipeline'
        ? sql`SELECT pipelineId AS owner, tagKey, tagValue FROM pipeline_tags WHERE pipelineId IN ${listSql(ids)}`
        : sql`SELECT versionId AS owner, tagKey, tagValue FROM pipeline_version_tags WHERE versionId IN ${listSql(ids)}`;
    const rows = await this.#sql.query<{ owner: string; tagKey: string; tagValue: string }>(statement);
    return new Map([...Map.groupBy(rows, ({ owner }) => owner)].map(([owner, tags]) => [owner, tagsOf(tags)]));
  }
}

import { PipelineError } from '@millrace/errors';
import { ARTIFACT_COLUMNS, LINK_COLUMNS, toArtifact, toTaskArtifact, type LinkRow } from './artifact-rows.js';
import type { ArtifactRepository, RunFolder } from './database.js';
import type { ArtifactModel } from './generated/sqlite/models.js';
import { idField, optionalTextField, textField, timeField, type ListDefinition } from './list-fields.js';
import { listPage } from './list-page.js';
import type { ListQuery, Page } from './list-query.js';
import type { Artifact, Metric, TaskArtifact } from './model.js';
import type { SqlSession } from './sql-session.js';
import { listSql, literal, sql } from './sql-text.js';

const SELECT = literal(`SELECT ${ARTIFACT_COLUMNS.join(', ')} FROM artifacts`);

const LIST: ListDefinition = {
  name: 'Artifact',
  table: 'artifacts',
  columns: ARTIFACT_COLUMNS,
  fields: {
    id: idField,
    artifact_id: idField,
    name: textField('name'),
    uri: textField('uri'),
    type: textField('schemaTitle'),
    created_at: timeField('createdAt'),
    namespace: textField('namespace'),
    pipeline_name: textField('pipelineName'),
    run_id: optionalTextField('runId'),
    task_id: optionalTextField('taskId'),
  },
};

export class StoredArtifacts implements ArtifactRepository {
  readonly #sql: SqlSession;

  constructor(session: SqlSession) {
    this.#sql = session;
  }

  async get(id: string): Promise<Artifact> {
    const [artifact] = await this.getMany([id]);
    if (!artifact) throw new PipelineError('NOT_FOUND', `Artifact ${id} not found`, { details: { id } });
    return artifact;
  }

  async getMany(ids: readonly string[]): Promise<readonly Artifact[]> {
    if (ids.length === 0) return [];
    const rows = await this.#sql.query<ArtifactModel>(sql`${SELECT} WHERE id IN ${listSql(ids)}`);
    const byId = new Map(rows.map((row) => [row.id, toArtifact(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Artifact>> {
    const scope = query.namespace === undefined ? [] : [sql`namespace = ${query.namespace}`];
    return listPage(this.#sql, LIST, { query, scope, toItem: toArtifact });
  }

  async listLinks(runId: string, taskIds?: readonly string[]): Promise<readonly TaskArtifact[]> {
    const ofTasks = taskIds ? sql` AND l.taskId IN ${listSql(taskIds)}` : literal('');
    const rows = await this.#sql.query<LinkRow>(sql`
      SELECT ${literal(LINK_COLUMNS)} FROM task_artifacts l JOIN tasks t ON t.id = l.taskId JOIN artifacts a ON a.id = l.artifactId
      WHERE l.runId = ${runId}${ofTasks} ORDER BY t.position, t.id, l.direction, l.name, l.position`);
    return rows.map(toTaskArtifact);
  }

  async listMetrics(runIds: readonly string[], taskIds?: readonly string[]): Promise<readonly Metric[]> {
    if (runIds.length === 0 || taskIds?.length === 0) return [];
    const ofTasks = taskIds ? sql` AND taskId IN ${listSql(taskIds)}` : literal('');
    const rows = await this.#sql.query<Metric>(sql`SELECT runId, taskId, name, value FROM metrics WHERE runId IN ${listSql(runIds)}${ofTasks} ORDER BY runId, name, taskId`);
    return rows.map(({ runId, taskId, name, value }) => ({ runId, taskId, name, value }));
  }

  async listConsumers(artifactId: string, limit: number): Promise<readonly { readonly runId: string; readonly taskId: string; readonly name: string }[]> {
    const rows = await this.#sql.query<{ runId: string; taskId: string; name: string }>(sql`
      SELECT l.runId, l.taskId, l.name FROM task_artifacts l JOIN tasks t ON t.id = l.taskId
      WHERE l.artifactId = ${artifactId} AND l.direction = 'INPUT' ORDER BY t.createdAt DESC, t.id DESC, l.name LIMIT ${literal(String(Math.max(0, Math.trunc(limit))))}`);
    return rows.map(({ runId, taskId, name }) => ({ runId, taskId, name }));
  }

  async claimed(folders: readonly RunFolder[]): Promise<ReadonlySet<string>> {
    if (folders.length === 0) return new Set();
    const rows = await this.#sql.query<{ id: string }>(sql`SELECT id FROM runs WHERE id IN ${listSql(folders.map(({ runId }) => runId))}`);
    const claimed = new Set(rows.map(({ id }) => id));
    for (const { runId, uris } of folders) {
      if (claimed.has(runId)) continue;
      for (const uri of uris) {
        // Everything that begins with "<uri>/", along the index of addresses: "0" comes after "/".
        const [inside] = await this.#sql.query(sql`SELECT id FROM artifacts WHERE uri >= ${`${uri}/`} AND uri < ${`${uri}0`} LIMIT 1`);
        if (inside !== undefined) claimed.add(runId);
      }
    }
    return claimed;
  }
}

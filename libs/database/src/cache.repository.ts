import { LINK_COLUMNS, toTaskArtifact, type LinkRow } from './artifact-rows.js';
import type { CacheRepository } from './database.js';
import { fromJsonText } from './json-text.js';
import type { Task, TaskArtifact } from './model.js';
import type { SqlSession } from './sql-session.js';
import { listSql, literal, sql } from './sql-text.js';

interface HitRow {
  readonly fingerprint: string;
  readonly hitRunId: string;
  readonly hitTaskId: string;
  readonly hitOutputs: string | null;
}

interface Hit {
  readonly runId: string;
  readonly taskId: string;
  readonly outputs: Task['outputs'];
  readonly artifacts: TaskArtifact[];
}

const hasLink = (row: HitRow & { readonly [Column in keyof LinkRow]: LinkRow[Column] | null }): row is HitRow & LinkRow => row.linkTaskId !== null;

export class StoredCache implements CacheRepository {
  readonly #sql: SqlSession;

  constructor(session: SqlSession) {
    this.#sql = session;
  }

  async lookup(scope: { readonly namespace: string; readonly pipelineName: string }, fingerprints: readonly string[]): Promise<ReadonlyMap<string, Hit>> {
    const hits = new Map<string, Hit>();
    if (fingerprints.length === 0) return hits;
    const rows = await this.#sql.query<HitRow & LinkRow>(sql`
      SELECT e.fingerprint, t.runId AS hitRunId, t.id AS hitTaskId, t.outputs AS hitOutputs, ${literal(LINK_COLUMNS)}
      FROM cache_entries e JOIN tasks t ON t.id = e.taskId
      LEFT JOIN task_artifacts l ON l.taskId = t.id AND l.direction = 'OUTPUT' LEFT JOIN artifacts a ON a.id = l.artifactId
      WHERE e.namespace = ${scope.namespace} AND e.pipelineName = ${scope.pipelineName} AND e.fingerprint IN ${listSql([...new Set(fingerprints)])}
        AND e.taskId = (SELECT n.taskId FROM cache_entries n WHERE n.namespace = e.namespace AND n.pipelineName = e.pipelineName
          AND n.fingerprint = e.fingerprint ORDER BY n.createdAt DESC, n.taskId DESC LIMIT 1)
      ORDER BY l.name, l.position`);
    for (const row of rows) {
      const hit = hits.get(row.fingerprint) ?? {
        runId: row.hitRunId,
        taskId: row.hitTaskId,
        outputs: row.hitOutputs === null ? undefined : fromJsonText<NonNullable<Task['outputs']>>(row.hitOutputs),
        artifacts: [],
      };
      hits.set(row.fingerprint, hit);
      if (hasLink(row)) hit.artifacts.push(toTaskArtifact(row));
    }
    return hits;
  }

  async forget(taskIds: readonly string[]): Promise<void> {
    if (taskIds.length > 0) await this.#sql.execute(sql`DELETE FROM cache_entries WHERE taskId IN ${listSql(taskIds)}`);
  }
}

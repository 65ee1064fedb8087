import type { Sql } from './sql-session.js';
import { listSql, sql } from './sql-text.js';

const IDS_PER_STATEMENT = 500;

function* chunksOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += IDS_PER_STATEMENT) yield items.slice(start, start + IDS_PER_STATEMENT);
}

/**
 * Deletes a run with all that is its own; undefined when there is no such run. Returns the URIs, of artifacts that runs made, which no
 * artifact row has any more.
 * An artifact goes with the last run that refers to it, be that the one that made it or one that reused it from the cache.
 */
export async function deleteRunRows(tx: Sql, id: string): Promise<readonly string[] | undefined> {
  // In the order in which everybody locks: the run, then what belongs to it.
  if ((await tx.query(sql`SELECT id FROM runs WHERE id = ${id}`)).length === 0) return undefined;
  const orphans = await tx.query<{ id: string; uri: string; runId: string | null }>(sql`
    SELECT a.id, a.uri, a.runId
    FROM (SELECT artifactId AS id FROM task_artifacts WHERE runId = ${id} UNION SELECT id FROM artifacts WHERE runId = ${id}) touched
    JOIN artifacts a ON a.id = touched.id
    WHERE NOT EXISTS (SELECT 1 FROM task_artifacts other WHERE other.artifactId = a.id AND other.runId <> ${id})
      AND (a.runId IS NULL OR a.runId = ${id} OR NOT EXISTS (SELECT 1 FROM runs maker WHERE maker.id = a.runId))`);
  await tx.execute(sql`DELETE FROM runs WHERE id = ${id}`);
  const uris = new Set<string>();
  for (const chunk of chunksOf(orphans)) {
    await tx.execute(sql`DELETE FROM artifacts WHERE id IN ${listSql(chunk.map((orphan) => orphan.id))}`);
    // What no run made was imported: its files are somebody's own.
    for (const { uri, runId } of chunk) if (runId !== null) uris.add(uri);
  }
  for (const chunk of chunksOf([...uris])) {
    const used = await tx.query<{ uri: string }>(sql`SELECT DISTINCT uri FROM artifacts WHERE uri IN ${listSql(chunk)}`);
    for (const { uri } of used) uris.delete(uri);
  }
  return [...uris];
}

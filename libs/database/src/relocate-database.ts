import { DatabaseSync } from 'node:sqlite';

// Pipelines stay as they were written, also where they name a folder.
const PLACES: readonly (readonly [table: string, column: string])[] = [
  ['artifacts', 'uri'],
  ['artifacts', 'customPath'],
  ['runs', 'artifactRoot'],
  ['runs', 'pipelineRoot'],
  ['recurring_runs', 'pipelineRoot'],
  ['run_documents', 'workflow'],
  ['tasks', 'execution'],
  ['tasks', 'inputs'],
  ['tasks', 'outputs'],
];

/**
 * After the artifacts have moved: puts each `to` for its `from` wherever a SQLite database says where artifacts are. Both are folders
 * without a slash at the end. Nobody else may have the file open.
 */
export function relocateDatabase(file: string, moves: readonly { readonly from: string; readonly to: string }[]): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN');
    for (const { from, to } of moves) {
      for (const [table, column] of PLACES) {
        database.prepare(`UPDATE ${table} SET ${column} = replace(${column}, ?, ?) WHERE instr(${column}, ?) > 0`).run(`${from}/`, `${to}/`, `${from}/`);
      }
      database.prepare('UPDATE runs SET pipelineRoot = ? WHERE pipelineRoot = ?').run(to, from);
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

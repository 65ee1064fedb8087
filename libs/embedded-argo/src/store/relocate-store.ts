import { DatabaseSync } from 'node:sqlite';

const PLACES: readonly (readonly [table: string, column: string])[] = [
  ['spec', 'spec'],
  ['node', 'node'],
  ['object', 'status'],
  ['schedule', 'spec'],
];

/** After the folders that Workflows mount have moved: puts each `to` for its `from` into the stored objects. Nobody else may have the file open. */
export function relocateStore(file: string, moves: readonly { readonly from: string; readonly to: string }[]): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN');
    // A file of an earlier version has not all of them.
    const tables = new Set(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name));
    const places = PLACES.filter(([table]) => tables.has(table));
    for (const { from, to } of moves) {
      for (const [table, column] of places) {
        database.prepare(`UPDATE ${table} SET ${column} = replace(${column}, ?, ?) WHERE instr(${column}, ?) > 0`).run(`${from}/`, `${to}/`, `${from}/`);
      }
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

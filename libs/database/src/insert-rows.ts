import { keepExisting, overwriteExisting } from './dialect.js';
import type { Sql } from './sql-session.js';
import { SqlText, type SqlValue } from './sql-text.js';

/** Few sizes of statement, so that prepared ones are found again; and no statement near a server's limit for one packet. */
const ROWS_PER_STATEMENT = 64;
const CHARACTERS_PER_STATEMENT = 2_000_000;

export interface InsertTarget<Row> {
  readonly table: string;
  readonly columns: readonly (keyof Row & string)[];
  /** What to do with rows that are there already. @default fails */
  readonly onConflict?:
    | { readonly keep: readonly (keyof Row & string)[] }
    | { readonly overwrite: readonly (keyof Row & string)[]; readonly keys: readonly (keyof Row & string)[] };
}

const sizeOf = (values: readonly SqlValue[]): number => values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0);

/** Inserts many rows with few statements; an undefined field is NULL. */
export async function insertRows<Row extends { readonly [column in keyof Row]: SqlValue | undefined }>(sql: Sql, target: InsertTarget<Row>, rows: readonly Row[]): Promise<void> {
  const { table, columns, onConflict } = target;
  const end = !onConflict ? '' : 'keep' in onConflict ? keepExisting(sql.dialect, onConflict.keep) : overwriteExisting(sql.dialect, onConflict.keys, onConflict.overwrite);
  const start = `INSERT INTO ${table} (${columns.join(', ')}) VALUES `;
  const placeholders = `(${columns.map(() => '?').join(', ')})`;
  let batch: SqlValue[] = [];
  let count = 0;
  let size = 0;
  const flush = async (): Promise<void> => {
    if (count === 0) return;
    const statement = new SqlText(start + Array<string>(count).fill(placeholders).join(', ') + end, batch);
    batch = [];
    count = 0;
    size = 0;
    await sql.execute(statement);
  };
  for (const row of rows) {
    const values = columns.map((column): SqlValue => row[column] ?? null);
    const rowSize = sizeOf(values);
    if (count === ROWS_PER_STATEMENT || size + rowSize > CHARACTERS_PER_STATEMENT) await flush();
    batch.push(...values);
    count += 1;
    size += rowSize;
  }
  await flush();
}

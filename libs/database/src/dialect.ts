import { joinSql, literal, sql, type SqlText, type SqlValue } from './sql-text.js';

/** Everything in which SQLite and MySQL differ for our SQL is in this file. */
export type DialectName = 'sqlite' | 'mysql';

/** End of an INSERT that leaves rows alone whose key is there already; other faults still fail. */
export function keepExisting(dialect: DialectName, keys: readonly string[]): string {
  return dialect === 'sqlite' ? ' ON CONFLICT DO NOTHING' : ` ON DUPLICATE KEY UPDATE ${keys[0]} = ${keys[0]}`;
}

/** End of an INSERT that overwrites these columns of rows whose key is there already. */
export function overwriteExisting(dialect: DialectName, keys: readonly string[], columns: readonly string[]): string {
  return dialect === 'sqlite'
    ? ` ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`
    : ` ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`;
}

/** End of a SELECT in a transaction that is going to write the row. SQLite's transactions exclude each other from their start. */
export function forUpdate(dialect: DialectName): SqlText {
  return literal(dialect === 'sqlite' ? '' : ' FOR UPDATE');
}

/**
 * The column as a condition that no index is chosen for. SQLite knows nothing of how many rows match, takes every list of values for
 * a selective one, and would sort half the table for it; along the index of the order it stops after a page.
 */
export function withoutIndex(dialect: DialectName, column: SqlText): SqlText {
  return dialect === 'sqlite' ? sql`+${column}` : column;
}

const escapeLike = (text: string): string => text.replace(/[|%_]/g, (character) => `|${character}`);

// eslint-disable-next-line no-control-regex
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);

/** True where the column contains the text, whatever the case of either; `%` and `_` mean themselves. */
export function containsText(dialect: DialectName, column: SqlText, text: string): SqlText {
  // SQLite's LIKE ignores case for ASCII only, but is many times faster than a function of ours on every row.
  if (dialect === 'sqlite' && isAscii(text)) return sql`${column} LIKE ${`%${escapeLike(text)}%`} ESCAPE '|'`;
  const lower = literal(dialect === 'sqlite' ? 'millrace_lower' : 'LOWER');
  return sql`${lower}(${column}) LIKE ${`%${escapeLike(text.toLowerCase())}%`} ESCAPE '|'`;
}

/**
 * True for rows that come after (value, id) in the order of (column, id). SQLite seeks in an index for a comparison of rows; MySQL
 * does not, but joins the ranges of the spelled-out form.
 */
export function comesAfter(dialect: DialectName, key: { readonly column: SqlText; readonly value: SqlValue; readonly id: SqlText; readonly idValue: string; readonly descending: boolean }): SqlText {
  const operator = literal(key.descending ? '<' : '>');
  if (dialect === 'sqlite') return sql`(${key.column}, ${key.id}) ${operator} (${key.value}, ${key.idValue})`;
  return sql`(${key.column} ${operator} ${key.value} OR (${key.column} = ${key.value} AND ${key.id} ${operator} ${key.idValue}))`;
}

/** `a AND b AND c`; true when there is nothing to ask. */
export function allOf(conditions: readonly SqlText[]): SqlText {
  return conditions.length === 0 ? literal('1 = 1') : joinSql(conditions, ' AND ');
}

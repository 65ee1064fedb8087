import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ColumnTypeEnum, DriverAdapterError, type ArgType, type ColumnType, type SqlQuery, type SqlResultSet } from '@prisma/driver-adapter-utils';
import { sqliteError } from './sqlite-error.js';

const STATEMENTS_KEPT = 512;
/** SQLite waits for another process's write this long by itself, and stops this process meanwhile; the adapter waits on without stopping it. */
const BLOCKING_WAIT_MS = 20;

const DECLARED_TYPES: Readonly<Record<string, ColumnType>> = {
  TEXT: ColumnTypeEnum.Text,
  DATETIME: ColumnTypeEnum.DateTime,
  BOOLEAN: ColumnTypeEnum.Boolean,
  INTEGER: ColumnTypeEnum.Int32,
  BIGINT: ColumnTypeEnum.Int64,
  REAL: ColumnTypeEnum.Double,
  BLOB: ColumnTypeEnum.Bytes,
};

interface PreparedStatement {
  readonly statement: StatementSync;
  readonly names: string[];
  /** Undefined for an expression: its type is that of its values. */
  readonly types: readonly (ColumnType | undefined)[];
}

function typeOfValue(value: unknown): ColumnType {
  if (typeof value === 'string') return ColumnTypeEnum.Text;
  if (typeof value === 'bigint') return ColumnTypeEnum.Int64;
  if (typeof value === 'number') return ColumnTypeEnum.UnknownNumber;
  if (value instanceof Uint8Array) return ColumnTypeEnum.Bytes;
  return ColumnTypeEnum.Int32;
}

/** Times are stored as milliseconds since 1970, so that they compare as times and take eight bytes. */
function toSqlite(value: unknown, type: ArgType | undefined): SQLInputValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') {
    if (type?.scalarType === 'datetime') return new Date(value).getTime();
    if (type?.scalarType === 'bigint') return BigInt(value);
    if (type?.scalarType === 'bytes') return Buffer.from(value, 'base64');
  }
  return value as SQLInputValue;
}

function fromSqlite(value: unknown, type: ColumnType, times: 'text' | 'dates'): unknown {
  if (value === null) return null;
  if (type === ColumnTypeEnum.DateTime && typeof value === 'number') return times === 'text' ? new Date(value).toISOString() : new Date(value);
  if (type === ColumnTypeEnum.Boolean) return Boolean(value);
  if (typeof value === 'bigint') return value.toString();
  return value;
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const mapped = sqliteError(error);
    throw mapped ? new DriverAdapterError(mapped) : error;
  }
}

/** One connection of Node's own SQLite with its prepared statements; everything on it is synchronous and throws DriverAdapterError. */
export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, PreparedStatement>();

  constructor(path: string) {
    this.#database = guarded(() => new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS, enableForeignKeyConstraints: true }));
    // SQLite's own LOWER and LIKE fold ASCII only.
    this.#database.function('millrace_lower', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
  }

  execute(sql: string): void {
    guarded(() => this.#database.exec(sql));
  }

  run(query: SqlQuery): number {
    return guarded(() => Number(this.#prepare(query.sql).statement.run(...this.#values(query)).changes));
  }

  /** Prisma wants times as text. */
  select(query: SqlQuery, times: 'text' | 'dates'): SqlResultSet {
    return guarded(() => this.#select(query, times));
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #select(query: SqlQuery, times: 'text' | 'dates'): SqlResultSet {
    const prepared = this.#prepare(query.sql);
    const rows = prepared.statement.all(...this.#values(query)) as unknown as unknown[][];
    const columnTypes = prepared.types.map((type, column) => {
      if (type !== undefined) return type;
      const row = rows.find((cells) => cells[column] !== null);
      return typeOfValue(row?.[column]);
    });
    // Only what is not given as it is stored: most columns are text.
    const converted = prepared.types.flatMap((type, column) => (type === ColumnTypeEnum.Text || type === ColumnTypeEnum.Int32 || type === ColumnTypeEnum.Double ? [] : [column]));
    for (const row of rows) {
      for (const column of converted) row[column] = fromSqlite(row[column], columnTypes[column]!, times);
    }
    return { columnNames: prepared.names, columnTypes, rows };
  }

  #values(query: SqlQuery): SQLInputValue[] {
    return query.args.map((value, index) => toSqlite(value, query.argTypes[index]));
  }

  #prepare(sql: string): PreparedStatement {
    const present = this.#prepared.get(sql);
    if (present) {
      this.#prepared.delete(sql);
      this.#prepared.set(sql, present);
      return present;
    }
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const columns = statement.columns();
    const prepared = {
      statement,
      names: columns.map((column) => column.name),
      types: columns.map((column) => (column.type === null ? undefined : DECLARED_TYPES[column.type.toUpperCase()])),
    };
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > STATEMENTS_KEPT) this.#prepared.delete(this.#prepared.keys().next().value!);
    return prepared;
  }
}

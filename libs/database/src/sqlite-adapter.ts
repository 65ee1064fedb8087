import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type ArgType,
  type ColumnType,
  type IsolationLevel,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import { sqliteError } from './sqlite-error.js';
import { TransactionLock } from './transaction-lock.js';

const ADAPTER_NAME = 'millrace-node-sqlite';
const STATEMENTS_KEPT = 512;

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

function fromSqlite(value: unknown, type: ColumnType): unknown {
  if (value === null) return null;
  if (type === ColumnTypeEnum.DateTime && typeof value === 'number') return new Date(value).toISOString();
  if (type === ColumnTypeEnum.Boolean) return Boolean(value);
  if (typeof value === 'bigint') return value.toString();
  return value;
}

/** One connection of Node's own SQLite with its prepared statements; everything on it is synchronous. */
class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, PreparedStatement>();

  constructor(path: string, busyTimeoutMs: number) {
    this.#database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
      // SQLite's own LOWER and LIKE fold ASCII only.
      this.#database.function('millrace_lower', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  run(query: SqlQuery): number {
    return Number(this.#prepare(query.sql).statement.run(...this.#values(query)).changes);
  }

  select(query: SqlQuery): SqlResultSet {
    const prepared = this.#prepare(query.sql);
    const rows = prepared.statement.all(...this.#values(query)) as unknown as unknown[][];
    const columnTypes = prepared.types.map((type, column) => {
      if (type !== undefined) return type;
      const row = rows.find((cells) => cells[column] !== null);
      return typeOfValue(row?.[column]);
    });
    for (const row of rows) {
      for (let column = 0; column < row.length; column += 1) row[column] = fromSqlite(row[column], columnTypes[column]!);
    }
    return { columnNames: prepared.names, columnTypes, rows };
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
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

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const mapped = sqliteError(error);
    throw mapped ? new DriverAdapterError(mapped) : error;
  }
}

class SqliteTransaction implements Transaction {
  readonly provider = 'sqlite';
  readonly adapterName = ADAPTER_NAME;
  /** True tells Prisma that commit() and rollback() talk to the database themselves. */
  readonly options = { usePhantomQuery: true };
  readonly #connection: SqliteConnection;
  readonly #release: () => void;

  constructor(connection: SqliteConnection, release: () => void) {
    this.#connection = connection;
    this.#release = release;
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return guarded(() => this.#connection.select(query));
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    return guarded(() => this.#connection.run(query));
  }

  async commit(): Promise<void> {
    try {
      guarded(() => this.#connection.execute('COMMIT'));
    } catch (error) {
      // A commit that failed (disk full) may leave the transaction open, and the next BEGIN would fail for it.
      try {
        this.#connection.execute('ROLLBACK');
      } catch {
        // SQLite had already rolled back.
      }
      throw error;
    } finally {
      this.#release();
    }
  }

  async rollback(): Promise<void> {
    try {
      this.#connection.execute('ROLLBACK');
    } catch {
      // SQLite rolls back by itself on some errors; then there is nothing left to undo.
    } finally {
      this.#release();
    }
  }
}

/**
 * Prisma's driver adapter over Node's own SQLite, which needs no native package. Statements of a transaction and statements
 * outside it never mix: the others wait until it ends.
 */
export class SqliteAdapter implements SqlDriverAdapter {
  readonly provider = 'sqlite';
  readonly adapterName = ADAPTER_NAME;
  readonly #connection: SqliteConnection;
  readonly #lock = new TransactionLock();

  constructor(path: string, options: { readonly busyTimeoutMs: number }) {
    this.#connection = guarded(() => new SqliteConnection(path, options.busyTimeoutMs));
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    await this.#lock.untilFree();
    return guarded(() => this.#connection.select(query));
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    await this.#lock.untilFree();
    return guarded(() => this.#connection.run(query));
  }

  async executeScript(script: string): Promise<void> {
    await this.#lock.untilFree();
    guarded(() => this.#connection.execute(script));
  }

  async startTransaction(_isolationLevel?: IsolationLevel): Promise<Transaction> {
    const release = await this.#lock.acquire();
    try {
      // IMMEDIATE: a transaction that reads first and writes later would otherwise fail, not wait, when another process wrote between.
      guarded(() => this.#connection.execute('BEGIN IMMEDIATE'));
    } catch (error) {
      release();
      throw error;
    }
    return new SqliteTransaction(this.#connection, release);
  }

  getConnectionInfo(): { maxBindValues: number; supportsRelationJoins: boolean } {
    return { maxBindValues: 32_766, supportsRelationJoins: false };
  }

  async dispose(): Promise<void> {
    await this.#lock.untilFree();
    this.#connection.close();
  }
}


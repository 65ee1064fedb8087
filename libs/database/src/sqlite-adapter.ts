import { DriverAdapterError, type IsolationLevel, type SqlDriverAdapter, type SqlQuery, type SqlResultSet, type Transaction } from '@prisma/driver-adapter-utils';
import type { DatesQueryable } from './sql-session.js';
import { SqliteConnection } from './sqlite-connection.js';
import { TransactionLock } from './transaction-lock.js';

const ADAPTER_NAME = 'millrace-node-sqlite';
const PAUSE_MS = 5;

function isBusy(error: unknown): boolean {
  return error instanceof DriverAdapterError && error.cause.kind === 'SocketTimeout';
}

class SqliteTransaction implements Transaction, DatesQueryable {
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
    return this.#connection.select(query, 'text');
  }

  async queryWithDates(query: SqlQuery): Promise<SqlResultSet> {
    return this.#connection.select(query, 'dates');
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    return this.#connection.run(query);
  }

  async commit(): Promise<void> {
    try {
      this.#connection.execute('COMMIT');
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
export class SqliteAdapter implements SqlDriverAdapter, DatesQueryable {
  readonly provider = 'sqlite';
  readonly adapterName = ADAPTER_NAME;
  readonly #connection: SqliteConnection;
  readonly #lock = new TransactionLock();
  readonly #busyTimeoutMs: number;

  private constructor(connection: SqliteConnection, busyTimeoutMs: number) {
    this.#connection = connection;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  /** Writers of other processes are waited for up to `busyTimeoutMs`. */
  static async open(path: string, options: { readonly busyTimeoutMs: number }): Promise<SqliteAdapter> {
    const adapter = new SqliteAdapter(new SqliteConnection(path), options.busyTimeoutMs);
    try {
      await adapter.executeScript('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
    } catch (error) {
      await adapter.dispose();
      throw error;
    }
    return adapter;
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#whenFree(() => this.#connection.select(query, 'text'));
  }

  async queryWithDates(query: SqlQuery): Promise<SqlResultSet> {
    return this.#whenFree(() => this.#connection.select(query, 'dates'));
  }

  async executeRaw(query: SqlQuery): Promise<number> {
    return this.#whenFree(() => this.#connection.run(query));
  }

  async executeScript(script: string): Promise<void> {
    return this.#whenFree(() => this.#connection.execute(script));
  }

  async startTransaction(_isolationLevel?: IsolationLevel): Promise<Transaction> {
    const release = await this.#lock.acquire();
    try {
      // IMMEDIATE: a transaction that reads first and writes later would otherwise fail, not wait, when another process wrote between.
      await this.#patiently(async () => this.#connection.execute('BEGIN IMMEDIATE'));
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

  #whenFree<T>(run: () => T): Promise<T> {
    return this.#patiently(async () => {
      await this.#lock.untilFree();
      return run();
    });
  }

  /** Tries again while another connection holds the write lock, and lets everything else go on meanwhile. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    let deadline: number | undefined;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        deadline ??= performance.now() + this.#busyTimeoutMs;
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())));
      }
    }
  }
}


import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { toDatabaseError } from './database-error.js';
import type { DialectName } from './dialect.js';
import type { PrismaClient } from './generated/sqlite/client.js';

/** The models are the same on both dialects, so the client's type for SQLite stands for both. */
export type Orm = PrismaClient;

/**
 * The Prisma client, loaded when the first everyday row is asked for: loading takes some 100 ms and only the dialect that is used
 * is loaded. It runs on the connections that were opened before.
 */
export class PrismaAccess {
  readonly #adapter: SqlDriverAdapter;
  readonly #dialect: DialectName;
  #client: Promise<Orm> | undefined;

  constructor(adapter: SqlDriverAdapter, dialect: DialectName) {
    this.#adapter = adapter;
    this.#dialect = dialect;
  }

  /** Runs `body` with the client; errors come out as PipelineError or ConstraintError. */
  async run<T>(body: (orm: Orm) => Promise<T>): Promise<T> {
    const orm = await (this.#client ??= this.#load());
    try {
      return await body(orm);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /** Leaves the connections open. */
  async close(): Promise<void> {
    await (await this.#client)?.$disconnect();
  }

  async #load(): Promise<Orm> {
    const factory: SqlDriverAdapterFactory = {
      provider: this.#adapter.provider,
      adapterName: this.#adapter.adapterName,
      connect: async () => withoutDispose(this.#adapter),
    };
    if (this.#dialect === 'sqlite') {
      const { PrismaClient: SqliteClient } = await import('./generated/sqlite/client.js');
      return new SqliteClient({ adapter: factory });
    }
    const { PrismaClient: MysqlClient } = await import('./generated/mysql/client.js');
    return new MysqlClient({ adapter: factory }) as unknown as Orm;
  }
}

/** The connections belong to the database, which closes them after the client. */
function withoutDispose(adapter: SqlDriverAdapter): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => adapter.queryRaw(query),
    executeRaw: (query) => adapter.executeRaw(query),
    executeScript: (script) => adapter.executeScript(script),
    startTransaction: (level) => adapter.startTransaction(level),
    getConnectionInfo: () => adapter.getConnectionInfo?.() ?? { supportsRelationJoins: false },
    dispose: async () => undefined,
  };
}

import { ColumnTypeEnum, type ArgType, type SqlDriverAdapter, type SqlQuery, type SqlQueryable, type SqlResultSet } from '@prisma/driver-adapter-utils';
import { isTransient, toDatabaseError } from './database-error.js';
import type { DialectName } from './dialect.js';
import type { SqlText, SqlValue } from './sql-text.js';

/** Runs SQL: outside a transaction, or inside the one it was given by. */
export interface Sql {
  readonly dialect: DialectName;
  /** Times come as Dates, counts as numbers. */
  query<Row>(statement: SqlText): Promise<Row[]>;
  /** Returns how many rows matched. */
  execute(statement: SqlText): Promise<number>;
}

/** An adapter that can give times as Dates, which saves writing and reading them as text: a third of the cost of a page. */
export interface DatesQueryable extends SqlQueryable {
  queryWithDates(query: SqlQuery): Promise<SqlResultSet>;
}

const ATTEMPTS = 5;
const UNKNOWN: ArgType = { scalarType: 'unknown', arity: 'scalar' };
const TIME: ArgType = { scalarType: 'datetime', arity: 'scalar' };

const argType = (value: SqlValue): ArgType => (value instanceof Date ? TIME : UNKNOWN);

const toQuery = ({ text, values }: SqlText): SqlQuery => ({ sql: text, args: [...values], argTypes: values.map(argType) });

function toRows<Row>({ columnNames, columnTypes, rows }: SqlResultSet): Row[] {
  const times = columnTypes.flatMap((type, column) => (type === ColumnTypeEnum.DateTime ? [column] : []));
  const numbers = columnTypes.flatMap((type, column) => (type === ColumnTypeEnum.Int64 || type === ColumnTypeEnum.Numeric ? [column] : []));
  return rows.map((cells) => {
    for (const column of times) if (typeof cells[column] === 'string') cells[column] = new Date(cells[column]);
    for (const column of numbers) if (cells[column] !== null) cells[column] = Number(cells[column]);
    const row: Record<string, unknown> = {};
    for (let column = 0; column < columnNames.length; column += 1) row[columnNames[column]!] = cells[column];
    return row as Row;
  });
}

class AdapterSql implements Sql {
  readonly dialect: DialectName;
  readonly #queryable: SqlQueryable & Partial<DatesQueryable>;

  constructor(queryable: SqlQueryable, dialect: DialectName) {
    this.#queryable = queryable;
    this.dialect = dialect;
  }

  async query<Row>(statement: SqlText): Promise<Row[]> {
    const query = toQuery(statement);
    return toRows<Row>(await (this.#queryable.queryWithDates ? this.#queryable.queryWithDates(query) : this.#queryable.queryRaw(query)));
  }

  async execute(statement: SqlText): Promise<number> {
    return this.#queryable.executeRaw(toQuery(statement));
  }
}

/**
 * Raw SQL over the same connections that the Prisma client uses, without the client between: a statement costs microseconds here,
 * and a transaction that Prisma would drive step by step costs one commit.
 */
export class SqlSession implements Sql {
  readonly dialect: DialectName;
  readonly #adapter: SqlDriverAdapter;
  readonly #sql: Sql;

  constructor(adapter: SqlDriverAdapter, dialect: DialectName) {
    this.#adapter = adapter;
    this.dialect = dialect;
    this.#sql = new AdapterSql(adapter, dialect);
  }

  async query<Row>(statement: SqlText): Promise<Row[]> {
    try {
      return await this.#sql.query<Row>(statement);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  async execute(statement: SqlText): Promise<number> {
    try {
      return await this.#sql.execute(statement);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /**
   * Commits what `body` did, or nothing of it. Tried again when it lost against another transaction, so `body` must not have effects
   * elsewhere. Inside it only the given Sql may be used: on SQLite the session itself waits for the transaction's end.
   */
  async transaction<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(body);
      } catch (error) {
        if (attempt === ATTEMPTS || !isTransient(error)) throw toDatabaseError(error);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }

  async #attempt<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    const transaction = await this.#adapter.startTransaction();
    let result: T;
    try {
      result = await body(new AdapterSql(transaction, this.dialect));
    } catch (error) {
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
    await transaction.commit();
    return result;
  }
}

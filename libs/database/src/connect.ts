import { PipelineError } from '@millrace/errors';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { DialectName } from './dialect.js';
import type { Migration } from './migrate.js';

export interface Connection {
  readonly dialect: DialectName;
  readonly adapter: SqlDriverAdapter;
  readonly migrations: readonly Migration[];
}

/** Connections to the database of a URL, whatever is in it. Loads the driver that it takes. */
export async function connect(url: string): Promise<Connection> {
  if (url.startsWith('file:')) {
    const { connectSqlite } = await import('./connect-sqlite.js');
    return { dialect: 'sqlite', ...(await connectSqlite(url)) };
  }
  if (url.startsWith('mysql://') || url.startsWith('mariadb://')) {
    const { connectMysql } = await import('./connect-mysql.js');
    return { dialect: 'mysql', ...(await connectMysql(url)) };
  }
  throw new PipelineError('INVALID_ARGUMENT', 'The database URL must start with "file:" (SQLite) or "mysql://" (MySQL, MariaDB).');
}

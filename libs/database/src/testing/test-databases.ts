import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectMysql } from '../connect-mysql.js';
import { connectSqlite } from '../connect-sqlite.js';
import type { Database } from '../database.js';
import type { DialectName } from '../dialect.js';
import { openDatabase } from '../open-database.js';
import { SqlSession } from '../sql-session.js';
import { literal } from '../sql-text.js';

const mysqlUrl = process.env['TEST_MYSQL_URL'];
if (!mysqlUrl) console.log('database tests on MySQL: SKIPPED, TEST_MYSQL_URL is not set (node scripts/with-mariadb.mjs sets it)');

/** SQLite always; MySQL where there is one. */
export const DIALECTS: readonly DialectName[] = mysqlUrl ? ['sqlite', 'mysql'] : ['sqlite'];

/** An empty place for one database; `remove` ends it. */
export interface TestPlace {
  readonly dialect: DialectName;
  readonly url: string;
  remove(): Promise<void>;
}

async function onServer(statement: string): Promise<void> {
  const { adapter } = await connectMysql(mysqlUrl!);
  try {
    await new SqlSession(adapter, 'mysql').execute(literal(statement));
  } finally {
    await adapter.dispose();
  }
}

export async function aTestPlace(dialect: DialectName): Promise<TestPlace> {
  if (dialect === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-database-'));
    return { dialect, url: `file:${join(folder, 'millrace.db')}`, remove: () => rm(folder, { recursive: true, force: true }) };
  }
  const name = `millrace_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(mysqlUrl!);
  url.pathname = `/${name}`;
  return { dialect, url: url.href, remove: () => onServer(`DROP DATABASE ${name}`) };
}

/** SQL beside the repositories, for what they do not show. */
export async function openSession(place: TestPlace): Promise<{ readonly sql: SqlSession; close(): Promise<void> }> {
  const { adapter } = place.dialect === 'sqlite' ? await connectSqlite(place.url) : await connectMysql(place.url);
  return { sql: new SqlSession(adapter, place.dialect), close: () => adapter.dispose() };
}

/** A migrated database of its own; `close` removes it. */
export async function openTestDatabase(dialect: DialectName): Promise<Database & { readonly place: TestPlace }> {
  const place = await aTestPlace(dialect);
  const database = await openDatabase({ url: place.url });
  return {
    ...database,
    place,
    close: async () => {
      await database.close();
      await place.remove();
    },
  };
}

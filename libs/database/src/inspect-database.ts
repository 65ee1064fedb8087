import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { connect } from './connect.js';
import { toDatabaseError } from './database-error.js';
import { readMigrationState, type MigrationState } from './migrate.js';

/** What an operator asks about a database. */
export interface DatabaseFacts extends MigrationState {
  /** As `SQLite 3.50.4` or `MariaDB 10.11.6`. */
  readonly server: string;
  /** How long one question took. */
  readonly answerMs: number;
  /** Of all tables with their indexes, as far as the server knows it. */
  readonly bytes: number;
  /** What is wrong with the file of SQLite; nothing is looked for elsewhere. */
  readonly damages: readonly string[];
  /** Of a server that others use too. */
  readonly limits?: { readonly maxPacketBytes: number; readonly maxConnections: number; readonly connections: number };
  readonly now?: Date;
}

/** Looks at a database as it is, without migrating it. UNAVAILABLE when it does not answer. A file of SQLite that is missing is made: see first whether it is there. */
export async function inspectDatabase(url: string): Promise<DatabaseFacts> {
  const { dialect, adapter, migrations } = await connect(url).catch((error: unknown) => {
    throw toDatabaseError(error);
  });
  try {
    // The first question also makes the connection.
    await rows(adapter, 'SELECT 1');
    const started = performance.now();
    await rows(adapter, 'SELECT 1');
    const answerMs = performance.now() - started;
    const state = await readMigrationState({ adapter, dialect, migrations });
    return { ...state, answerMs, ...(await (dialect === 'sqlite' ? sqliteFacts(adapter) : mysqlFacts(adapter))) };
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    await adapter.dispose();
  }
}

async function rows(adapter: SqlDriverAdapter, sql: string): Promise<readonly (readonly unknown[])[]> {
  return (await adapter.queryRaw({ sql, args: [], argTypes: [] })).rows;
}

async function sqliteFacts(adapter: SqlDriverAdapter) {
  const one = async (sql: string) => (await rows(adapter, sql))[0]?.[0];
  const damages = (await rows(adapter, 'PRAGMA quick_check(20)')).map(([line]) => String(line)).filter((line) => line !== 'ok');
  return { server: `SQLite ${String(await one('SELECT sqlite_version()'))}`, bytes: Number(await one('PRAGMA page_count')) * Number(await one('PRAGMA page_size')), damages };
}

async function mysqlFacts(adapter: SqlDriverAdapter) {
  const [[version, now, maxPacketBytes, maxConnections] = []] = await rows(adapter, "SELECT VERSION(), DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%fZ'), @@max_allowed_packet, @@max_connections");
  const [[, connections] = []] = await rows(adapter, "SHOW STATUS LIKE 'Threads_connected'");
  const [[bytes] = []] = await rows(adapter, 'SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables WHERE table_schema = DATABASE()');
  return {
    server: /mariadb/i.test(String(version)) ? `MariaDB ${String(version).split('-')[0]}` : `MySQL ${String(version)}`,
    bytes: Number(bytes),
    damages: [],
    now: new Date(String(now)),
    limits: { maxPacketBytes: Number(maxPacketBytes), maxConnections: Number(maxConnections), connections: Number(connections) },
  };
}

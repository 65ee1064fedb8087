import { createHash, randomUUID } from 'node:crypto';
import { PipelineError } from '@millrace/errors';
import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';
import type { DialectName } from './dialect.js';

export interface Migration {
  readonly name: string;
  readonly sql: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

// The table that `prisma migrate` keeps, so that its tools understand a database of ours.
const TABLE: Readonly<Record<DialectName, string>> = {
  sqlite: `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME, migration_name TEXT NOT NULL, logs TEXT,
    rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT current_timestamp, applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
  mysql: `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at DATETIME(3), migration_name VARCHAR(255) NOT NULL, logs TEXT,
    rolled_back_at DATETIME(3), started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
    ) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
};
const LOCK_SECONDS = 120;

const checksumOf = (migration: Migration): string => createHash('sha256').update(migration.sql).digest('hex');
const statementsOf = (migration: Migration): string[] => migration.sql.split(/;\s*(?:\n|$)/).map((text) => text.trim()).filter((text) => text !== '');

async function read(queryable: SqlQueryable, sql: string): Promise<unknown[][]> {
  return (await queryable.queryRaw({ sql, args: [], argTypes: [] })).rows;
}

async function write(queryable: SqlQueryable, sql: string, args: readonly (string | number | Date)[] = []): Promise<void> {
  await queryable.executeRaw({
    sql,
    args: [...args],
    argTypes: args.map((value) => ({ scalarType: value instanceof Date ? 'datetime' : 'unknown', arity: 'scalar' })),
  });
}

async function readApplied(queryable: SqlQueryable, dialect: DialectName): Promise<AppliedMigration[]> {
  const table = dialect === 'sqlite' ? `SELECT name FROM sqlite_schema WHERE name = '_prisma_migrations'` : `SHOW TABLES LIKE '\\_prisma\\_migrations'`;
  if ((await read(queryable, table)).length === 0) return [];
  const rows = await read(queryable, 'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name');
  return rows.map(([name, checksum, finishedAt]) => ({ name: String(name), checksum: String(checksum), finished: finishedAt !== null }));
}

/** The migrations still to apply; refuses a database that these migrations did not make. */
function pendingAfter(applied: readonly AppliedMigration[], migrations: readonly Migration[]): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of applied) {
    const migration = known.get(name);
    if (!migration) {
      throw new PipelineError('FAILED_PRECONDITION', `The database was made by a newer Millrace (it has the migration "${name}"). Start that version, or restore a backup made before the upgrade.`);
    }
    if (!finished) {
      throw new PipelineError('FAILED_PRECONDITION', `The migration "${name}" broke off half-way. Restore the backup made before the upgrade and start again.`);
    }
    if (checksumOf(migration) !== checksum) {
      throw new PipelineError('FAILED_PRECONDITION', `The migration "${name}" was changed after it was applied to this database. Undo the change and put it into a new migration.`);
    }
  }
  const names = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !names.has(name));
}

async function applyOne(queryable: SqlQueryable, migration: Migration, clock: () => Date): Promise<void> {
  const id = randomUUID();
  await write(queryable, 'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES (?, ?, ?, ?)', [id, checksumOf(migration), migration.name, clock()]);
  for (const statement of statementsOf(migration)) await write(queryable, statement);
  await write(queryable, 'UPDATE _prisma_migrations SET finished_at = ?, applied_steps_count = 1 WHERE id = ?', [clock(), id]);
}

const LOCK_NAME = `CONCAT('millrace:', LEFT(SHA1(DATABASE()), 16))`;

async function lockServer(queryable: SqlQueryable): Promise<void> {
  const [row] = await read(queryable, `SELECT GET_LOCK(${LOCK_NAME}, ${LOCK_SECONDS})`);
  if (Number(row?.[0]) !== 1) throw new PipelineError('UNAVAILABLE', `Another server has been migrating the database for ${LOCK_SECONDS} seconds; wait until it is done.`);
}

/** The connection goes back to the pool and lives on, and the lock with it, unless it is given back. */
async function unlockServer(queryable: SqlQueryable): Promise<void> {
  await read(queryable, `SELECT RELEASE_LOCK(${LOCK_NAME})`);
}

/** Migrations by what there is to say of them. */
export interface MigrationState {
  readonly pending: readonly string[];
  /** Those of a newer program. */
  readonly newer: readonly string[];
  readonly unfinished: readonly string[];
}

/** Reads how far a database is migrated; changes nothing and refuses nothing. */
export async function readMigrationState({ adapter, dialect, migrations }: { readonly adapter: SqlQueryable; readonly dialect: DialectName; readonly migrations: readonly Migration[] }): Promise<MigrationState> {
  const applied = await readApplied(adapter, dialect);
  const known = new Set(migrations.map(({ name }) => name));
  const done = new Set(applied.filter(({ finished }) => finished).map(({ name }) => name));
  const names = applied.map(({ name }) => name);
  return { pending: [...known].filter((name) => !names.includes(name)), newer: names.filter((name) => !known.has(name)), unfinished: names.filter((name) => !done.has(name)) };
}

/** Nothing is left to migrate; else UNAVAILABLE with the reason `NotMigrated`. Refuses what `migrate` refuses, but for a migration that goes on just now. */
export async function assertMigrated({ adapter, dialect, migrations }: { readonly adapter: SqlDriverAdapter; readonly dialect: DialectName; readonly migrations: readonly Migration[] }): Promise<void> {
  const applied = await readApplied(adapter, dialect);
  const pending = pendingAfter(applied.filter(({ finished }) => finished), migrations);
  if (pending.length === 0) return;
  throw new PipelineError('UNAVAILABLE', `The database is not migrated yet (${pending[0]!.name} is to come); start the migration job.`, { details: { reason: 'NotMigrated' } });
}

/**
 * Brings the database to the last migration and returns the names of those applied; none, after one read, when it is there already.
 * Of several starters one migrates while the others wait. FAILED_PRECONDITION for a migration that was edited or broke off, and
 * for a database that is newer than this program, which is left untouched. On SQLite all migrations are one transaction.
 */
export async function migrate(options: { readonly adapter: SqlDriverAdapter; readonly dialect: DialectName; readonly migrations: readonly Migration[]; readonly clock: () => Date }): Promise<readonly string[]> {
  const { adapter, dialect, migrations, clock } = options;
  const before = await readApplied(adapter, dialect);
  // One that is not finished may be in the hands of another starter: only who holds the lock can tell.
  if (before.every(({ finished }) => finished) && pendingAfter(before, migrations).length === 0) return [];
  // A transaction is what pins one connection: GET_LOCK belongs to it. MySQL commits at every change of a table regardless.
  const connection = await adapter.startTransaction();
  try {
    if (dialect === 'mysql') await lockServer(connection);
    const pending = pendingAfter(await readApplied(connection, dialect), migrations);
    if (pending.length > 0) await write(connection, TABLE[dialect]);
    for (const migration of pending) await applyOne(connection, migration, clock);
    if (dialect === 'mysql') await unlockServer(connection);
    await connection.commit();
    return pending.map(({ name }) => name);
  } catch (error) {
    if (dialect === 'mysql') await unlockServer(connection).catch(() => undefined);
    await connection.rollback().catch(() => undefined);
    throw error;
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { DialectName } from './dialect.js';
import { mysqlMigrations } from './generated/mysql-migrations.js';
import { sqliteMigrations } from './generated/sqlite-migrations.js';
import { migrate, type Migration } from './migrate.js';
import { connectMysql } from './connect-mysql.js';
import { connectSqlite } from './connect-sqlite.js';
import { openDatabase } from './open-database.js';
import { literal, sql } from './sql-text.js';
import { anExperiment } from './testing/builders.js';
import { readMigratedTables } from './testing/migrated-tables.js';
import { readSchemaModels } from './testing/schema-models.js';
import { aTestPlace, DIALECTS, openSession, type TestPlace } from './testing/test-databases.js';

const prisma = fileURLToPath(new URL('../prisma', import.meta.url));
const embedded: Record<DialectName, readonly Migration[]> = { sqlite: sqliteMigrations, mysql: mysqlMigrations };

describe.each(['sqlite', 'mysql'] as const)('migrations for %s', (dialect) => {
  it('are embedded as they stand in the folder', () => {
    const folders = readdirSync(`${prisma}/migrations/${dialect}`).sort();
    expect(embedded[dialect]).toEqual(folders.map((name) => ({ name, sql: readFileSync(`${prisma}/migrations/${dialect}/${name}/migration.sql`, 'utf8') })));
  });

  it('have the same names for both databases', () => {
    expect(embedded[dialect].map(({ name }) => name)).toEqual(embedded.sqlite.map(({ name }) => name));
  });

  it('go with a schema that is generated from the template', () => {
    const fields = (text: string): unknown => readSchemaModels(text).map(({ name, columns, ...rest }) => ({ name, columns: columns.map((column) => [column.name, column.nullable]), ...rest }));
    expect(fields(readFileSync(`${prisma}/${dialect}/schema.prisma`, 'utf8'))).toEqual(fields(readFileSync(`${prisma}/schema.template.prisma`, 'utf8')));
  });
});

describe.each(DIALECTS)('migrating %s', (dialect) => {
  const places: TestPlace[] = [];
  const aPlace = async (): Promise<TestPlace> => {
    const place = await aTestPlace(dialect);
    places.push(place);
    return place;
  };
  afterEach(async () => {
    for (const place of places.splice(0)) await place.remove();
  });
  const opened = async (place: TestPlace): Promise<string[]> => {
    const lines: string[] = [];
    await (await openDatabase({ url: place.url, log: (line) => lines.push(line) })).close();
    return lines;
  };
  const change = async (place: TestPlace, statement: string): Promise<void> => {
    const session = await openSession(place);
    await session.sql.execute(literal(statement));
    await session.close();
  };
  const migrateWith = async (place: TestPlace, migrations: readonly Migration[]): Promise<readonly string[]> => {
    const { adapter } = dialect === 'sqlite' ? await connectSqlite(place.url) : await connectMysql(place.url);
    try {
      return await migrate({ adapter, dialect, migrations, clock: () => new Date() });
    } finally {
      await adapter.dispose();
    }
  };

  it('leads to the tables, keys and indexes of the schema', async () => {
    const place = await aPlace();
    await opened(place);
    const session = await openSession(place);
    const tables = await readMigratedTables(session.sql);
    await session.close();
    expect(tables).toEqual(
      readSchemaModels(readFileSync(`${prisma}/${dialect}/schema.prisma`, 'utf8'))
        .map((table) => ({ ...table, columns: table.columns.map((column) => ({ ...column, type: readMigratedTables.typeOf(dialect, column.type) })), indexes: [...table.indexes].sort((a, b) => (a.name < b.name ? -1 : 1)) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  });

  it('applies each migration once and keeps the rows', async () => {
    const place = await aPlace();
    expect(await opened(place)).toEqual(embedded[dialect].map(({ name }) => `Applied the database migration ${name}.`));
    const database = await openDatabase({ url: place.url });
    const experiment = await database.experiments.create(anExperiment());
    await database.close();
    expect(await opened(place)).toEqual([]);
    const again = await openDatabase({ url: place.url });
    expect(await again.experiments.get(experiment.id)).toEqual(experiment);
    await again.close();
  });

  it('brings an older database up to date', async () => {
    const place = await aPlace();
    await opened(place);
    const next = { name: '29990101000000_next', sql: 'CREATE TABLE later (id INTEGER NOT NULL);\n\nCREATE INDEX later_idx ON later (id);\n' };
    expect(await migrateWith(place, [...embedded[dialect], next])).toEqual([next.name]);
    expect(await migrateWith(place, [...embedded[dialect], next])).toEqual([]);
  });

  it('refuses a database of a newer program, and leaves it as it is', async () => {
    const place = await aPlace();
    await opened(place);
    await change(place, `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '29990101000000_later', '2999-01-01 00:00:00')`);
    await expect(opened(place)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('made by a newer Millrace (it has the migration "29990101000000_later")') });
  });

  it('refuses a migration that was edited after it was applied', async () => {
    const place = await aPlace();
    await opened(place);
    await change(place, `UPDATE _prisma_migrations SET checksum = 'other'`);
    await expect(opened(place)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('was changed after it was applied') });
  });

  it('refuses to go on where a migration broke off', async () => {
    const place = await aPlace();
    const broken = { name: '29990101000000_broken', sql: 'CREATE TABLE fine (id INTEGER NOT NULL);\nCREATE TABLE broken (id INTEGER NOT NULL, id INTEGER);\n' };
    await expect(migrateWith(place, [broken])).rejects.toBeInstanceOf(Error);
    // SQLite took everything back, so it fails as before; MySQL commits each change of a table by itself.
    const message = dialect === 'sqlite' ? /duplicate column/ : /broke off half-way/;
    await expect(migrateWith(place, [broken])).rejects.toThrow(message);
  });

  it('lets one of ten starters migrate while the others wait', async () => {
    const place = await aPlace();
    const lines = await Promise.all(Array.from({ length: 10 }, () => opened(place)));
    expect(lines.flat()).toHaveLength(embedded[dialect].length);
    const session = await openSession(place);
    expect(await session.sql.query(sql`SELECT migration_name FROM _prisma_migrations`)).toHaveLength(embedded[dialect].length);
    await session.close();
  });
});

describe('opening', () => {
  it.each([
    ['postgres://x', 'must start with "file:" (SQLite) or "mysql://"'],
    ['file:', 'names no file'],
    ['mysql://user@host', 'names no database'],
    ['mysql://user@host/db?pool=3', 'unknown parameter "pool"'],
    ['mysql://user@host/db?connectionLimit=0', 'whole number of at least 1'],
  ])('refuses the URL %s', async (url, message) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
  });

  it('says that a folder is missing, and that a file is no database', async () => {
    await expect(openDatabase({ url: 'file:/nowhere/at/all/millrace.db' })).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('its folder exists') });
    const self = fileURLToPath(import.meta.url);
    await expect(openDatabase({ url: `file:${self}` })).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('is not a database') });
  });

  it('says that no server answers', async () => {
    await expect(openDatabase({ url: 'mysql://nobody:nothing@127.0.0.1:1/none' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('may be closed twice', async () => {
    const database = await openDatabase({ url: 'file::memory:' });
    await database.close();
    await expect(database.close()).resolves.toBeUndefined();
  });
});

import { open } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { mysqlMigrations } from './generated/mysql-migrations.js';
import { inspectDatabase } from './inspect-database.js';
import { openDatabase } from './open-database.js';
import { literal } from './sql-text.js';
import { anExperiment } from './testing/builders.js';
import { aTestPlace, DIALECTS, openSession, type TestPlace } from './testing/test-databases.js';

const names = mysqlMigrations.map(({ name }) => name);

describe.each(DIALECTS)('inspectDatabase on %s', (dialect) => {
  let place: TestPlace;
  afterEach(() => place.remove());
  const migrated = async () => {
    place = await aTestPlace(dialect);
    await (await openDatabase({ url: place.url })).close();
  };
  const change = async (statement: string) => {
    const { sql, close } = await openSession(place);
    await sql.execute(literal(statement));
    await close();
  };

  it('tells of an empty database that everything is to come, and migrates nothing', async () => {
    place = await aTestPlace(dialect);
    for (const _ of [1, 2]) expect(await inspectDatabase(place.url)).toMatchObject({ pending: names, newer: [], unfinished: [], damages: [] });
  });

  it('tells the server, its answer and its size', async () => {
    await migrated();
    const facts = await inspectDatabase(place.url);
    expect(facts.pending).toEqual([]);
    expect(facts.server).toMatch(dialect === 'sqlite' ? /^SQLite 3\./ : /^(MySQL|MariaDB) \d+\./);
    expect(facts.bytes).toBeGreaterThan(100_000);
    expect(facts.answerMs).toBeLessThan(5_000);
    if (dialect === 'mysql') {
      expect(facts.limits!.connections).toBeGreaterThan(0);
      expect(Math.abs(facts.now!.getTime() - Date.now())).toBeLessThan(5_000);
    }
  });

  it('names migrations of a newer program and those that broke off', async () => {
    await migrated();
    await change(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${names[0]}'`);
    await change(`UPDATE _prisma_migrations SET migration_name = '9999_from_tomorrow' WHERE migration_name = '${names.at(-1)}'`);
    expect(await inspectDatabase(place.url)).toMatchObject({ pending: [names.at(-1)], newer: ['9999_from_tomorrow'], unfinished: [names[0]] });
  });
});

describe('inspectDatabase', () => {
  it('finds pages that were overwritten', async () => {
    const place = await aTestPlace('sqlite');
    const database = await openDatabase({ url: place.url });
    for (let count = 0; count < 200; count += 1) await database.experiments.create(anExperiment({ name: `experiment ${count}`, description: 'x'.repeat(500) }));
    await database.close();
    const file = await open(place.url.slice('file:'.length), 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.alloc(8192, 7), 0, 8192, Math.floor(size / 4096 / 2) * 4096);
    await file.close();
    const found = await inspectDatabase(place.url).then(({ damages }) => damages.length > 0, (error: Error) => /damaged|malformed/.test(error.message));
    expect(found).toBe(true);
    await place.remove();
  });

  it('says where nobody answers', async () => {
    await expect(inspectDatabase('mysql://u:p@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import { NewestRunTimes } from './newest-run-times.js';
import type { SqlSession } from './sql-session.js';
import type { SqlText } from './sql-text.js';
import { anExperiment } from './testing/builders.js';
import { DIALECTS, openSession, openTestDatabase, type TestPlace } from './testing/test-databases.js';

describe.each(DIALECTS)('NewestRunTimes on %s', (dialect) => {
  let database: Database & { readonly place: TestPlace };
  let session: { readonly sql: SqlSession; close(): Promise<void> };
  beforeEach(async () => {
    database = await openTestDatabase(dialect);
    session = await openSession(database.place);
  });
  afterEach(async () => {
    await session.close();
    await database.close();
  });

  it('writes what came while it wrote with one more statement, and keeps the latest time', async () => {
    const { id } = await database.experiments.create(anExperiment());
    const statements: SqlText[] = [];
    const counting = Object.create(session.sql) as SqlSession;
    counting.execute = (statement) => {
      statements.push(statement);
      return session.sql.execute(statement);
    };
    const times = new NewestRunTimes(counting, () => undefined);
    await Promise.all([3, 9, 5, 7].map((second) => times.note(id, new Date(second * 1_000))));
    expect(statements).toHaveLength(2);
    expect((await database.experiments.get(id)).lastRunCreatedAt).toEqual(new Date(9_000));
  });

  it('tells of what it could not write, and goes on with the next', async () => {
    const { id } = await database.experiments.create(anExperiment());
    const failing = Object.create(session.sql) as SqlSession;
    let failures = 1;
    failing.execute = (statement) => (failures-- > 0 ? Promise.reject(new Error('gone')) : session.sql.execute(statement));
    const told: string[] = [];
    const times = new NewestRunTimes(failing, (message) => told.push(message));
    await times.note(id, new Date(1_000));
    expect(told).toEqual([expect.stringContaining(`${id} does not know when its newest run was made: gone`)]);
    await times.note(id, new Date(2_000));
    expect((await database.experiments.get(id)).lastRunCreatedAt).toEqual(new Date(2_000));
  });
});

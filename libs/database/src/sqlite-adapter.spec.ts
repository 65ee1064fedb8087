import { fork } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { connectSqlite } from './connect-sqlite.js';
import type { Database } from './database.js';
import { SqlSession } from './sql-session.js';
import { literal, sql } from './sql-text.js';
import { aRun, aTask, anExperiment, DOCUMENTS } from './testing/builders.js';
import { openTestDatabase, type TestPlace } from './testing/test-databases.js';

describe('SqliteAdapter', () => {
  let database: (Database & { readonly place: TestPlace }) | undefined;
  afterEach(async () => {
    await database?.close();
    database = undefined;
  });

  it('keeps statements outside a transaction out of it', async () => {
    const { adapter } = await connectSqlite('file::memory:');
    const session = new SqlSession(adapter, 'sqlite');
    await session.execute(literal('CREATE TABLE t (v INTEGER NOT NULL)'));
    let outside: Promise<number> | undefined;
    const failed = session.transaction(async (tx) => {
      await tx.execute(sql`INSERT INTO t VALUES (1)`);
      outside = session.execute(sql`INSERT INTO t VALUES (2)`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await outside;
    expect(await session.query(sql`SELECT v FROM t`)).toEqual([{ v: 2 }]);
    await adapter.dispose();
  });

  it('runs twenty transactions that are started together one after the other', async () => {
    const { adapter } = await connectSqlite('file::memory:');
    const session = new SqlSession(adapter, 'sqlite');
    await session.execute(literal('CREATE TABLE counter (n INTEGER NOT NULL)'));
    await session.execute(literal('INSERT INTO counter VALUES (0)'));
    await Promise.all(
      Array.from({ length: 20 }, () =>
        session.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>(sql`SELECT n FROM counter`);
          await new Promise((resolve) => setTimeout(resolve, 1));
          await tx.execute(sql`UPDATE counter SET n = ${row!.n + 1}`);
        }),
      ),
    );
    expect(await session.query(sql`SELECT n FROM counter`)).toEqual([{ n: 20 }]);
    await adapter.dispose();
  });

  it('mixes Prisma\'s transactions, plain rows and SQL from many callers', async () => {
    database = await openTestDatabase('sqlite');
    const { experiments, pipelines, runs } = database;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const run = aRun();
        await Promise.all([
          experiments.create(anExperiment()),
          pipelines.createWithVersion({ id: `p${index}`, namespace: '', name: `p${index}`, displayName: '', description: '', tags: { a: 'b' }, createdAt: new Date() }, { id: `v${index}`, pipelineId: `p${index}`, name: 'v', displayName: '', description: '', tags: {}, createdAt: new Date() }, { pipelineSpec: {} }),
          runs.create(run, DOCUMENTS, { newTasks: [aTask({ runId: run.id, taskKey: 'a' })] }).then(() => runs.record({ runId: run.id, at: new Date(), run: { state: 'RUNNING' } })),
          pipelines.update(`p${index}`, { displayName: 'x' }).catch(() => undefined),
        ]);
      }),
    );
    expect((await experiments.list({})).totalSize).toBe(20);
    expect((await pipelines.list({})).totalSize).toBe(20);
    expect((await runs.list({ filter: [{ operation: 'EQUALS', key: 'state', value: 'RUNNING' }] })).totalSize).toBe(20);
  });

  it('shares a file with another process that writes at the same time', async () => {
    database = await openTestDatabase('sqlite');
    const [url, perWriter] = [database.place.url, 100];
    const other = fork(new URL('./testing/write-runs.ts', import.meta.url), [url, String(perWriter)], { execArgv: ['--conditions=@millrace/source', '--import', 'tsx'], stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve, reject) => {
      other.once('exit', resolve);
      other.once('error', reject);
    });
    // It says so when it is about to write.
    await new Promise((resolve) => other.once('message', resolve));
    for (let count = 0; count < perWriter; count += 1) {
      const run = aRun({ displayName: 'here' });
      await database.runs.create(run, DOCUMENTS, { newTasks: [aTask({ runId: run.id, taskKey: 'a' })] });
    }
    expect(await ended).toBe(0);
    expect((await database.runs.list({})).totalSize).toBe(2 * perWriter);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeEmitter } from './change-emitter.js';
import { connectMysql } from './connect-mysql.js';
import type { Database, RunRepository } from './database.js';
import { NewestRunTimes } from './newest-run-times.js';
import { openDatabase } from './open-database.js';
import { PrismaAccess } from './prisma-access.js';
import { StoredRuns } from './runs.repository.js';
import { SqlSession, type Sql } from './sql-session.js';
import { literal } from './sql-text.js';
import { anArtifact, anExperiment, aRun, aTask, DOCUMENTS } from './testing/builders.js';
import { aTestPlace, DIALECTS, type TestPlace } from './testing/test-databases.js';

/** Each transaction has done all it does and is not committed yet: so stands a process that gets no processor. */
class StandingSession extends SqlSession {
  arrived = Promise.withResolvers<void>();
  goOn = Promise.withResolvers<void>();

  override transaction<T>(body: (sql: Sql) => Promise<T>): Promise<T> {
    return super.transaction(async (tx) => {
      const result = await body(tx);
      this.arrived.resolve();
      await this.goOn.promise;
      return result;
    });
  }
}

/** SQLite has one writer at a time. */
describe.runIf(DIALECTS.includes('mysql'))('a service that stands in the middle of writing a run, on MySQL', () => {
  const at = new Date();
  const artifact = anArtifact();
  const experiment = anExperiment();
  let place: TestPlace;
  let other: Database;
  let adapter: Awaited<ReturnType<typeof connectMysql>>['adapter'];

  beforeAll(async () => {
    place = await aTestPlace('mysql');
    other = await openDatabase({ url: place.url, shareChanges: true });
    ({ adapter } = await connectMysql(place.url));
    await other.experiments.create(experiment);
    const cached = aRun({ experimentId: experiment.id });
    await other.runs.create(cached, DOCUMENTS, progressOf(cached.id, { newArtifacts: [artifact] }));
  });
  afterAll(async () => {
    await adapter.dispose();
    await other.close();
    await place.remove();
  });

  const progressOf = (runId: string, more: Partial<Parameters<RunRepository['create']>[2]> = {}): Parameters<RunRepository['create']>[2] => {
    const task = aTask({ id: randomUUID(), runId, taskKey: 'a', fingerprint: 'same' });
    return { newTasks: [task], links: [{ taskId: task.id, direction: 'OUTPUT', name: 'model', index: 0, artifactId: artifact.id }], cacheEntries: [{ taskId: task.id, fingerprint: 'same' }], ...more };
  };

  const makeRun = async (runs: RunRepository): Promise<string> => {
    const run = aRun({ experimentId: experiment.id, createdAt: new Date() });
    await runs.create(run, DOCUMENTS, progressOf(run.id));
    return run.id;
  };

  const workOn = async (runId: string): Promise<void> => {
    const made = await makeRun(other.runs);
    await other.runs.record({ runId, at, run: { state: 'SUCCEEDED', finishedAt: at }, tasks: [{ path: 'root/a', state: 'CACHED', finishedAt: at }] });
    await other.runs.delete(made);
  };

  it.each<[string, (runs: RunRepository, id: string) => Promise<unknown>]>([
    ['make a run', (runs) => makeRun(runs)],
    ['record', (runs, runId) => runs.record({ runId, at, run: { state: 'RUNNING', submitted: true, startedAt: at }, tasks: [{ path: 'root/a', state: 'RUNNING', startedAt: at }] })],
    ['end a run', (runs, id) => runs.transition(id, { from: ['PENDING'], to: 'CANCELING', at, appendHistory: true })],
    ['reopen a run', (runs, id) => runs.reopen(id, { from: ['PENDING'], at, taskCounts: {}, resets: [], reopened: ['root/a'], removed: [] })],
    ['delete a run', (runs, id) => runs.delete(id)],
  ])('about to %s, keeps nobody from runs of the same experiment and with the same artifact', async (_, write) => {
    const [mine, theirs] = [await makeRun(other.runs), await makeRun(other.runs)];
    const session = new StandingSession(adapter, 'mysql');
    const changes = new ChangeEmitter(() => undefined, { session, clock: () => at });
    const writing = write(new StoredRuns(session, new PrismaAccess(adapter, 'mysql'), changes, new NewestRunTimes(session, () => undefined)), mine);
    await session.arrived.promise;
    const meanwhile = workOn(theirs).then(() => 'done');
    const first = await Promise.race([meanwhile, new Promise((resolve) => setTimeout(resolve, 8_000, 'waits for the transaction'))]);
    session.goOn.resolve();
    await Promise.all([writing, meanwhile]);
    await changes.close();
    expect(first).toBe('done');
  });

  it('is refused by name, with when to come again, once all connections have been taken for ten seconds', async () => {
    const url = new URL(place.url);
    url.searchParams.set('connectionLimit', '1');
    const one = await connectMysql(url.href);
    const taken = await one.adapter.startTransaction();
    try {
      await expect(new SqlSession(one.adapter, 'mysql').query(literal('SELECT 1'))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'All connections of this server to its database have been in use for 10 s; try again, and give it more of them (connectionLimit of the database URL, MILLRACE_DATABASE_CONNECTIONS) or another replica if that goes on.',
        details: { retryAfterSeconds: 5 },
      });
    } finally {
      await taken.rollback();
      await one.adapter.dispose();
    }
  });
});

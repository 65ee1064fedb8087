import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeEmitter } from './change-emitter.js';
import { connectSqlite } from './connect-sqlite.js';
import type { Database } from './database.js';
import type { ListQuery } from './list-query.js';
import { NewestRunTimes } from './newest-run-times.js';
import { PrismaAccess } from './prisma-access.js';
import { StoredRuns } from './runs.repository.js';
import { SqlSession } from './sql-session.js';
import { SqlText } from './sql-text.js';
import { aRun, DOCUMENTS } from './testing/builders.js';
import { openTestDatabase, type TestPlace } from './testing/test-databases.js';

type RunQuery = ListQuery & { readonly namespace?: string; readonly experimentId?: string };

const available = { operation: 'EQUALS', key: 'storage_state', value: 'AVAILABLE' } as const;

/** How SQLite goes about the lists: no statistics are kept, so what it does here it does for any number of rows. */
describe('plans of run lists on SQLite', () => {
  let database: Database & { readonly place: TestPlace };
  let runs: StoredRuns;
  let session: SqlSession;
  let adapter: Awaited<ReturnType<typeof connectSqlite>>['adapter'];
  const statements: SqlText[] = [];

  beforeAll(async () => {
    database = await openTestDatabase('sqlite');
    for (let count = 0; count < 6; count += 1) {
      await database.runs.create(aRun({ namespace: 'ns', experimentId: 'e', recurringRunId: 'rr', displayName: 'run', state: 'FAILED', createdAt: new Date(count), ...(count > 2 && { finishedAt: new Date(count) }) }), DOCUMENTS, {});
    }
    ({ adapter } = await connectSqlite(database.place.url));
    session = new SqlSession(adapter, 'sqlite');
    const listening = Object.create(session) as SqlSession;
    Object.defineProperty(listening, 'dialect', { value: 'sqlite' });
    listening.query = <Row>(statement: SqlText) => {
      statements.push(statement);
      return session.query<Row>(statement);
    };
    runs = new StoredRuns(listening, new PrismaAccess(adapter, 'sqlite'), new ChangeEmitter(() => undefined), new NewestRunTimes(listening, () => undefined));
  });
  afterAll(async () => {
    await adapter.dispose();
    await database.close();
  });

  const plansOf = async (query: RunQuery): Promise<readonly (readonly string[])[]> => {
    statements.length = 0;
    const { nextPageToken } = await runs.list({ ...query, pageSize: 2 });
    expect(nextPageToken).toBeDefined();
    await runs.list({ ...query, pageSize: 2, pageToken: nextPageToken });
    return Promise.all(statements.splice(0).map(async (statement) => (await session.query<{ detail: string }>(new SqlText(`EXPLAIN QUERY PLAN ${statement.text}`, statement.values))).map(({ detail }) => detail)));
  };

  it.each<[string, RunQuery, string]>([
    ['default', {}, 'runs_newest_idx'],
    ['newest first', { sortBy: 'created_at desc' }, 'runs_newest_idx'],
    ['of a namespace', { namespace: 'ns' }, 'runs_namespace_idx'],
    ['available of a namespace', { namespace: 'ns', sortBy: 'created_at desc', filter: [available] }, 'runs_namespace_storage_idx'],
    ['of an experiment', { experimentId: 'e', sortBy: 'created_at desc' }, 'runs_experiment_idx'],
    ['available of an experiment', { experimentId: 'e', filter: [available] }, 'runs_experiment_storage_idx'],
    ['by experiment as a filter', { filter: [{ operation: 'EQUALS', key: 'experiment_id', value: 'e' }] }, 'runs_experiment_idx'],
    ['failed', { sortBy: 'created_at desc', filter: [{ operation: 'EQUALS', key: 'state', value: 'FAILED' }] }, 'runs_state_idx'],
    ['failed and available', { namespace: 'ns', filter: [available, { operation: 'EQUALS', key: 'state', value: 'FAILED' }] }, 'runs_namespace_state_idx'],
    ['failed or canceled', { filter: [{ operation: 'IN', key: 'state', value: ['FAILED', 'CANCELED'] }] }, 'runs_newest_idx'],
    ['failed or canceled and available', { namespace: 'ns', filter: [available, { operation: 'IN', key: 'state', value: ['FAILED', 'CANCELED'] }] }, 'runs_namespace_storage_idx'],
    ['named', { namespace: 'ns', sortBy: 'created_at desc', filter: [available, { operation: 'IS_SUBSTRING', key: 'name', value: 'ru' }] }, 'runs_namespace_storage_idx'],
    ['of a recurring run', { filter: [{ operation: 'EQUALS', key: 'recurring_run_id', value: 'rr' }] }, 'runs_recurring_idx'],
    ['by name', { namespace: 'ns', sortBy: 'name' }, 'runs_namespace_name_idx'],
    ['by their end', { namespace: 'ns', sortBy: 'finished_at desc', filter: [available] }, 'runs_namespace_finished_idx'],
    ['by their end, oldest first', { namespace: 'ns', sortBy: 'finished_at', filter: [available] }, 'runs_namespace_finished_idx'],
    ['by when they were to begin', { namespace: 'ns', sortBy: 'scheduled_at desc', filter: [available] }, 'runs_namespace_scheduled_idx'],
    ['created after', { filter: [{ operation: 'GREATER_THAN_EQUALS', key: 'created_at', value: '1970-01-01T00:00:00Z' }] }, 'runs_newest_idx'],
  ])('read the list %s along an index, each page and the count', async (_, query, index) => {
    const plans = await plansOf(query);
    expect(plans.length).toBeGreaterThanOrEqual(3);
    for (const plan of plans) {
      expect(plan.join('\n')).not.toContain('USE TEMP B-TREE');
      expect(plan.join('\n')).toMatch(/USING (COVERING )?INDEX/);
    }
    // The first and the last statement are pages; the count between them takes any index that covers it.
    expect(plans.at(0)!.join('\n')).toContain(index);
    expect(plans.at(-1)!.join('\n')).toContain(index);
  });

  it('look up a list of ids by the primary key', async () => {
    const ids = (await runs.list({})).items.map(({ id }) => id);
    for (const plan of (await plansOf({ sortBy: 'id', filter: [{ operation: 'IN', key: 'run_id', value: ids }] })).slice(0, 1)) expect(plan.join()).toContain('sqlite_autoindex_runs_1 (id=?)');
  });

  it('count on an index alone', async () => {
    const plans = await plansOf({ namespace: 'ns', filter: [available, { operation: 'IS_SUBSTRING', key: 'name', value: 'ru' }] });
    expect(plans.flat().filter((line) => line.includes('USING COVERING INDEX'))).toHaveLength(1);
  });

  it('never read documents, tasks or artifacts', async () => {
    await plansOf({ namespace: 'ns' });
    await runs.list({ namespace: 'ns' });
    for (const { text } of statements) expect(text).not.toMatch(/run_documents|tasks|artifacts/);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from './change-feed.js';
import type { Database } from './database.js';
import type { Predicate } from './list-query.js';
import { aRecurringRun, aRun, DOCUMENTS } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

describe.each(DIALECTS)('recurring runs on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  it('gives back what was stored, with and without what may be missing', async () => {
    const full = aRecurringRun({
      namespace: 'team-a',
      displayName: '每晚 🎉',
      trigger: { periodicSchedule: { intervalSecond: 60, startTime: '2026-01-01T00:00:00Z' } },
      noCatchup: true,
      maxConcurrency: 10,
      pipelineId: 'p',
      pipelineVersionId: 'v',
      parameters: { when: '[[ScheduledTime]]', n: 1.5, list: [null, { a: true }] },
      pipelineRoot: '/root',
      lastRunAt: new Date('2026-02-03T04:05:06.000Z'),
      nextRunAt: new Date('2026-02-03T04:06:06.000Z'),
      lastIndex: 7,
      error: 'its pipeline is gone',
      status: 'DISABLED',
    });
    const plain = aRecurringRun();
    await database.recurringRuns.create(full);
    await database.recurringRuns.create(plain, DOCUMENTS.document);
    expect(await database.recurringRuns.get(full.id)).toEqual(full);
    expect(await database.recurringRuns.get(plain.id)).toEqual(plain);
    expect(await database.recurringRuns.getDocument(plain.id)).toEqual(DOCUMENTS.document);
    expect(await database.recurringRuns.getDocument(full.id)).toBeUndefined();
    expect(await database.recurringRuns.find('nobody')).toBeUndefined();
    expect(await database.recurringRuns.names([full.id, 'nobody'])).toEqual(new Map([[full.id, '每晚 🎉']]));
    await expect(database.recurringRuns.get('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'RecurringRun nobody not found' });
    await expect(database.recurringRuns.create(plain)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });

  it('changes what is given and leaves the rest', async () => {
    const stored = aRecurringRun({ error: 'e', nextRunAt: new Date(1000) });
    await database.recurringRuns.create(stored);
    const at = new Date('2026-05-05T05:05:05.055Z');
    expect(await database.recurringRuns.update(stored.id, { status: 'DISABLED', trigger: {}, error: null, nextRunAt: null, submitted: true, at })).toBe(true);
    const { error: _error, nextRunAt: _next, ...rest } = stored;
    expect(await database.recurringRuns.get(stored.id)).toEqual({ ...rest, status: 'DISABLED', trigger: {}, submitted: true, updatedAt: at });
    expect(await database.recurringRuns.update('nobody', { status: 'ENABLED' })).toBe(false);
  });

  it('is deleted with its document and without its runs', async () => {
    const stored = aRecurringRun();
    await database.recurringRuns.create(stored, DOCUMENTS.document);
    const run = aRun({ recurringRunId: stored.id });
    await database.runs.create(run, DOCUMENTS, {});
    await database.recurringRuns.delete(stored.id);
    expect(await database.recurringRuns.find(stored.id)).toBeUndefined();
    expect(await database.recurringRuns.getDocument(stored.id)).toBeUndefined();
    expect((await database.runs.get(run.id)).recurringRunId).toBe(stored.id);
    await expect(database.recurringRuns.delete(stored.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells of every change', async () => {
    const changes: Change[] = [];
    const end = database.changes.subscribe((change) => changes.push(change));
    const { id } = aRecurringRun();
    await database.recurringRuns.create(aRecurringRun({ id }));
    await database.recurringRuns.update(id, { lastIndex: 1 });
    await database.recurringRuns.update('nobody', { lastIndex: 1 });
    await database.recurringRuns.delete(id);
    end();
    expect(changes).toEqual(['created', 'updated', 'deleted'].map((op) => ({ kind: 'recurring-run', id, op })));
  });

  it('lists those without a ScheduledWorkflow', async () => {
    const waiting = aRecurringRun();
    const done = aRecurringRun({ submitted: true });
    await database.recurringRuns.create(waiting);
    await database.recurringRuns.create(done);
    const ids = (await database.recurringRuns.listUnsubmitted()).map(({ id }) => id);
    expect(ids).toContain(waiting.id);
    expect(ids).not.toContain(done.id);
  });

  it.each<[string, Predicate, string[]]>([
    ['status', { operation: 'EQUALS', key: 'status', value: 'DISABLED' }, ['b']],
    ['mode', { operation: 'EQUALS', key: 'mode', value: 'ENABLE' }, ['a', 'c']],
    ['the shape of the trigger', { operation: 'EQUALS', key: 'trigger', value: 'CRON' }, ['a']],
    ['an interval', { operation: 'IN', key: 'trigger', value: ['PERIODIC', 'ONCE'] }, ['b', 'c']],
    ['no_catchup', { operation: 'EQUALS', key: 'no_catchup', value: 'true' }, ['b']],
    ['experiment', { operation: 'EQUALS', key: 'experiment_id', value: 'e2' }, ['c']],
    ['pipeline', { operation: 'EQUALS', key: 'pipeline_id', value: 'p' }, ['a']],
    ['max_concurrency', { operation: 'GREATER_THAN', key: 'max_concurrency', value: 3 }, ['b']],
    ['part of the name', { operation: 'IS_SUBSTRING', key: 'name', value: 'B' }, ['b']],
  ])('lists by %s', async (_what, predicate, names) => {
    const namespace = `list-${JSON.stringify(predicate).length}-${predicate.key}`;
    await database.recurringRuns.create(aRecurringRun({ namespace, displayName: 'a', pipelineId: 'p', experimentId: 'e1', createdAt: new Date(1000) }));
    await database.recurringRuns.create(
      aRecurringRun({ namespace, displayName: 'b', status: 'DISABLED', trigger: { periodicSchedule: { intervalSecond: 1 } }, noCatchup: true, maxConcurrency: 4, experimentId: 'e1', createdAt: new Date(2000) }),
    );
    await database.recurringRuns.create(aRecurringRun({ namespace, displayName: 'c', trigger: {}, experimentId: 'e2', createdAt: new Date(3000) }));
    const { items } = await database.recurringRuns.list({ namespace, filter: [predicate] });
    expect(items.map(({ displayName }) => displayName)).toEqual(names);
  });

  it('pages of an experiment, newest first', async () => {
    for (let count = 1; count <= 5; count += 1) await database.recurringRuns.create(aRecurringRun({ displayName: String(count), experimentId: 'paged', createdAt: new Date(count * 1000) }));
    const query = { experimentId: 'paged', sortBy: 'created_at desc', pageSize: 2 };
    const first = await database.recurringRuns.list(query);
    const second = await database.recurringRuns.list({ ...query, pageToken: first.nextPageToken });
    expect([...first.items, ...second.items].map(({ displayName }) => displayName)).toEqual(['5', '4', '3', '2']);
    expect(first.totalSize).toBe(5);
  });

  it('finds the unfinished and the latest runs of one', async () => {
    const states = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELING', 'CANCELED'] as const;
    for (const [index, state] of states.entries()) await database.runs.create(aRun({ recurringRunId: 'active', state, createdAt: new Date(index * 1000) }), DOCUMENTS, {});
    await database.runs.create(aRun({ recurringRunId: 'another', state: 'RUNNING' }), DOCUMENTS, {});
    expect((await database.runs.listUnfinishedOf('active')).map(({ state }) => state)).toEqual(['PENDING', 'RUNNING', 'CANCELING']);
    expect((await database.runs.listLatestOf('active', 2)).map(({ state }) => state)).toEqual(['CANCELED', 'CANCELING']);
  });
});

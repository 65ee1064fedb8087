import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from './change-feed.js';
import type { Database } from './database.js';
import { openDatabase } from './open-database.js';
import { SharedChanges } from './shared-changes.js';
import { literal } from './sql-text.js';
import { aRun } from './testing/builders.js';
import { aTestPlace, DIALECTS, openSession, type TestPlace } from './testing/test-databases.js';

describe.each(DIALECTS)('changes of several processes on one database (%s)', (dialect) => {
  let place: TestPlace;
  let one: Database;
  let other: Database;
  let heard: Change[];
  beforeEach(async () => {
    place = await aTestPlace(dialect);
    one = await openDatabase({ url: place.url, shareChanges: true });
    other = await openDatabase({ url: place.url, shareChanges: true });
    heard = [];
    other.changes.subscribe((change) => heard.push(change));
    // It hears what comes after its first look.
    await new Promise((resolve) => setTimeout(resolve, 400));
  });
  afterEach(async () => {
    await Promise.all([one.close(), other.close()]);
    await place.remove();
  });

  const store = (database: Database, id: string) => database.runs.create(aRun({ id }), { document: { pipelineSpec: {} }, workflow: {} }, {});

  it('come to each other once and in order, and to oneself at once', async () => {
    const own: Change[] = [];
    one.changes.subscribe((change) => own.push(change));
    await store(one, 'a');
    expect(own).toEqual([{ kind: 'run', id: 'a', op: 'created' }]);
    await one.runs.record({ runId: 'a', at: new Date(), run: { state: 'RUNNING' } });
    await one.runs.setStorageState('a', 'ARCHIVED');
    await one.runs.delete('a');
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([
      { kind: 'run', id: 'a', op: 'created' },
      { kind: 'run', id: 'a', op: 'updated' },
      { kind: 'run', id: 'a', op: 'updated' },
      { kind: 'run', id: 'a', op: 'deleted' },
    ]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toHaveLength(4);
    expect(own).toHaveLength(4);
  });

  it('that were not committed are not told', async () => {
    await store(one, 'a');
    await expect(store(one, 'a')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await expect(one.runs.record({ runId: 'nobody', at: new Date(), run: { state: 'RUNNING' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store(one, 'b');
    await expect.poll(() => heard, { timeout: 5_000 }).toHaveLength(2);
    expect(heard).toEqual([{ kind: 'run', id: 'a', op: 'created' }, { kind: 'run', id: 'b', op: 'created' }]);
  });

  it.runIf(dialect === 'mysql')('that are committed after later ones are told too', async () => {
    const { sql, close } = await openSession(place);
    let release!: () => void;
    let inserted!: () => void;
    const wait = new Promise<void>((resolve) => (release = resolve));
    const began = new Promise<void>((resolve) => (inserted = resolve));
    const slow = sql.transaction(async (tx) => {
      await tx.execute(literal(`INSERT INTO changes (at, origin, content) VALUES (NOW(3), 'slow', '{"kind":"run","id":"slow","op":"updated"}')`));
      inserted();
      await wait;
    });
    await began;
    await store(one, 'fast');
    await expect.poll(() => heard.map((change) => (change as { id: string }).id), { timeout: 5_000 }).toEqual(['fast']);
    release();
    await slow;
    await expect.poll(() => heard.map((change) => (change as { id: string }).id), { timeout: 5_000 }).toEqual(['fast', 'slow']);
    await close();
  });
});

describe('changes that nobody read for longer than they are kept', () => {
  it('are said to be lost, once', async () => {
    const place = await aTestPlace('sqlite');
    await (await openDatabase({ url: place.url })).close();
    const { sql, close } = await openSession(place);
    const heard: Change[] = [];
    let now = Date.now();
    let isAway = false;
    const session = {
      query: (text: Parameters<typeof sql.query>[0]) => (isAway ? Promise.reject(new Error('away')) : sql.query(text)),
      execute: (text: Parameters<typeof sql.execute>[0]) => sql.execute(text),
    } as unknown as typeof sql;
    const shared = new SharedChanges({ session, clock: () => new Date(now), log: () => undefined, onChanges: (changes) => heard.push(...changes) });
    shared.read();
    await new Promise((resolve) => setTimeout(resolve, 700));
    now += 50 * 60_000;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toEqual([]);
    isAway = true;
    now += 61 * 60_000;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toEqual([]);
    isAway = false;
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([{ kind: 'lost' }]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toHaveLength(1);
    await shared.close();
    await close();
    await place.remove();
  });
});

describe('a database that is to be migrated by somebody else', () => {
  it('is refused until it is', async () => {
    const place = await aTestPlace('sqlite');
    await expect(openDatabase({ url: place.url, migrations: 'await' })).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { reason: 'NotMigrated' }, message: expect.stringContaining('start the migration job') });
    await (await openDatabase({ url: place.url })).close();
    await (await openDatabase({ url: place.url, migrations: 'await' })).close();
    await place.remove();
  });
});

import { openDatabase, type Database } from '@millrace/database';
import { aRun, DOCUMENTS } from '@millrace/database/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteOldRunsDaily } from './delete-old-runs.js';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-06-30T12:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

describe('runs that ended long ago', () => {
  let database: Database;
  let stop: (() => Promise<void>) | undefined;
  const logged: string[] = [];
  beforeEach(async () => {
    database = await openDatabase({ url: 'file::memory:' });
    logged.length = 0;
  });
  afterEach(async () => {
    await stop?.();
    await database.close();
  });

  const add = (name: string, finishedAt?: Date) =>
    database.runs.create(aRun({ displayName: name, state: finishedAt ? 'SUCCEEDED' : 'RUNNING', createdAt: daysAgo(400), ...(finishedAt && { finishedAt }) }), DOCUMENTS, {});
  const names = async () => (await database.runs.list({ pageSize: 200 })).items.map(({ displayName }) => displayName).toSorted();
  const start = (remove: (id: string) => Promise<void> = async (id) => void (await database.runs.delete(id))) => {
    const log = (level: string, message: string, facts?: object) => void logged.push(`${level} ${message} ${JSON.stringify(facts)}`);
    stop = deleteOldRunsDaily({ database, runs: { delete: remove }, keepDays: 30, log, clock: () => NOW, firstAfterMs: 5, everyMs: 60_000 });
  };

  it('are deleted, however many there are; what ended later, or has not ended, stays', async () => {
    for (let run = 0; run < 120; run += 1) await add('old', daysAgo(31 + run));
    await add('young', daysAgo(29));
    await add('running since a year');
    start();
    await vi.waitFor(() => expect(logged).toEqual(['info deleted runs that ended long ago {"runs":120,"keepDays":30}']));
    expect(await names()).toEqual(['running since a year', 'young']);
  });

  it('do not hold one another up', async () => {
    for (const name of ['a', 'b', 'c']) await add(name, daysAgo(40));
    const stuck = (await database.runs.list({ pageSize: 200 })).items.find(({ displayName }) => displayName === 'b')!.id;
    start(async (id) => {
      if (id === stuck) throw new Error('its folder cannot be removed');
      await database.runs.delete(id);
    });
    await vi.waitFor(() => expect(logged.at(-1)).toContain('"runs":2'));
    expect(logged[0]).toBe(`warn an old run could not be deleted {"run":"${stuck}","error":"its folder cannot be removed"}`);
    expect(await names()).toEqual(['b']);
  });

  it('stay when the server ends in the middle', async () => {
    for (const name of ['a', 'b', 'c']) await add(name, daysAgo(40));
    start(async (id) => {
      void stop!();
      await database.runs.delete(id);
    });
    await vi.waitFor(async () => expect(await names()).toHaveLength(2));
    await stop!();
    expect(await names()).toHaveLength(2);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import { aRun, anExperiment, DOCUMENTS } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

describe.each(DIALECTS)('experiments on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  it('gives back what was stored, to the millisecond and the last character', async () => {
    const stored = anExperiment({ namespace: 'team-a', name: '实验 🎉 !@#$%', description: `it's "quoted" \\ 100%`, createdAt: new Date('2026-03-04T05:06:07.089Z') });
    await database.experiments.create(stored);
    expect(await database.experiments.get(stored.id)).toEqual(stored);
    expect(await database.experiments.findByName('team-a', '实验 🎉 !@#$%')).toEqual(stored);
  });

  it('takes a name once in a namespace, and the same name in another case or namespace', async () => {
    await database.experiments.create(anExperiment({ name: 'Ranking' }));
    await expect(database.experiments.create(anExperiment({ name: 'Ranking' }))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'Failed to create a new experiment. The name Ranking already exists. Please specify a new name',
    });
    await database.experiments.create(anExperiment({ name: 'ranking' }));
    await database.experiments.create(anExperiment({ name: 'Ranking', namespace: 'other' }));
    expect((await database.experiments.findByName('', 'ranking'))?.name).toBe('ranking');
    expect(await database.experiments.findByName('', 'RANKING')).toBeUndefined();
  });

  it('refuses an id that is taken, without speaking of the name', async () => {
    const { id } = await database.experiments.create(anExperiment());
    await expect(database.experiments.create(anExperiment({ id, name: 'another' }))).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: `Experiment ${id} already exists` });
  });

  it('holds a name of 128 characters, emoji too, and refuses one more in KFP\'s words', async () => {
    await database.experiments.create(anExperiment({ name: '🎉'.repeat(128) }));
    await expect(database.experiments.create(anExperiment({ name: '🎉'.repeat(129) }))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'Experiment.Name length cannot exceed 128' });
    await expect(database.experiments.create(anExperiment({ namespace: 'n'.repeat(64) }))).rejects.toMatchObject({ message: 'Experiment.Namespace length cannot exceed 63' });
  });

  it('archives its runs with it, and restores itself alone', async () => {
    const experiment = await database.experiments.create(anExperiment());
    const run = aRun({ experimentId: experiment.id });
    const stranger = aRun();
    await database.runs.create(run, DOCUMENTS, {});
    await database.runs.create(stranger, DOCUMENTS, {});
    await database.experiments.setStorageState(experiment.id, 'ARCHIVED');
    expect((await database.experiments.get(experiment.id)).storageState).toBe('ARCHIVED');
    expect((await database.runs.get(run.id)).storageState).toBe('ARCHIVED');
    expect((await database.runs.get(stranger.id)).storageState).toBe('AVAILABLE');
    await database.experiments.setStorageState(experiment.id, 'AVAILABLE');
    expect((await database.runs.get(run.id)).storageState).toBe('ARCHIVED');
  });

  it('knows when its newest run was made', async () => {
    const { id } = await database.experiments.create(anExperiment());
    expect((await database.experiments.get(id)).lastRunCreatedAt).toBeUndefined();
    await database.runs.create(aRun({ experimentId: id, createdAt: new Date(2_000_000_000_123) }), DOCUMENTS, {});
    await database.runs.create(aRun({ experimentId: id, createdAt: new Date(1_000_000_000_000) }), DOCUMENTS, {});
    expect((await database.experiments.get(id)).lastRunCreatedAt).toEqual(new Date(2_000_000_000_123));
  });

  it('is deleted without its runs', async () => {
    const { id } = await database.experiments.create(anExperiment());
    const run = aRun({ experimentId: id });
    await database.runs.create(run, DOCUMENTS, {});
    await database.experiments.delete(id);
    await expect(database.experiments.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND', message: `Experiment ${id} not found` });
    expect((await database.runs.get(run.id)).experimentId).toBe(id);
  });

  it.each(['delete', 'archive'])('says NOT_FOUND to %s of an unknown one', async (action) => {
    const attempt = action === 'delete' ? database.experiments.delete('nope') : database.experiments.setStorageState('nope', 'ARCHIVED');
    await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

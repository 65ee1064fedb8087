import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import { aRun, aTask, anArtifact, DOCUMENTS } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

describe.each(DIALECTS)('cache and artifacts on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  const finishedRun = async (fingerprint: string, at: Date, given: Parameters<typeof aRun>[0] = {}): Promise<{ runId: string; taskId: string }> => {
    const run = aRun({ createdAt: at, ...given });
    const task = aTask({ runId: run.id, taskKey: 'train', state: 'SUCCEEDED', outputs: { at: at.getTime() }, createdAt: at });
    await database.runs.create(run, DOCUMENTS, { newTasks: [task], cacheEntries: [{ taskId: task.id, fingerprint }] });
    return { runId: run.id, taskId: task.id };
  };

  it('finds the newest entry of each fingerprint, within namespace and pipeline', async () => {
    await finishedRun('same', new Date(1_000));
    const newest = await finishedRun('same', new Date(3_000));
    await finishedRun('same', new Date(2_000));
    await finishedRun('same', new Date(9_000), { namespace: 'other' });
    await finishedRun('same', new Date(9_000), { pipelineName: 'other' });
    const hits = await database.cache.lookup({ namespace: '', pipelineName: 'train' }, ['same', 'unknown', 'same']);
    expect(hits).toEqual(new Map([['same', { ...newest, outputs: { at: 3_000 }, artifacts: [] }]]));
    expect(await database.cache.lookup({ namespace: '', pipelineName: 'train' }, [])).toEqual(new Map());
  });

  it('falls back to an older entry when the newest is forgotten or its run deleted', async () => {
    const oldest = await finishedRun('falls back', new Date(1_000));
    const older = await finishedRun('falls back', new Date(2_000));
    const newest = await finishedRun('falls back', new Date(3_000));
    const hit = async (): Promise<string | undefined> => (await database.cache.lookup({ namespace: '', pipelineName: 'train' }, ['falls back'])).get('falls back')?.taskId;
    expect(await hit()).toBe(newest.taskId);
    await database.cache.forget([newest.taskId]);
    expect(await hit()).toBe(older.taskId);
    await database.runs.delete(older.runId);
    expect(await hit()).toBe(oldest.taskId);
    await database.runs.delete(oldest.runId);
    expect(await hit()).toBeUndefined();
  });

  it('gives a hit\'s output artifacts by name and index, and not its inputs', async () => {
    const run = aRun();
    const task = aTask({ runId: run.id, taskKey: 'a', state: 'SUCCEEDED' });
    const artifacts = [anArtifact(), anArtifact(), anArtifact(), anArtifact()];
    const link = (artifact: number, direction: 'INPUT' | 'OUTPUT', name: string, index: number) => ({ taskId: task.id, direction, name, index, artifactId: artifacts[artifact]!.id });
    await database.runs.create(run, DOCUMENTS, {
      newTasks: [task],
      newArtifacts: artifacts,
      links: [link(0, 'OUTPUT', 'shards', 1), link(1, 'OUTPUT', 'shards', 0), link(2, 'OUTPUT', 'model', 0), link(3, 'INPUT', 'data', 0)],
      cacheEntries: [{ taskId: task.id, fingerprint: 'with artifacts' }],
    });
    const hit = (await database.cache.lookup(run, ['with artifacts'])).get('with artifacts');
    expect(hit?.artifacts.map(({ name, index, artifact }) => [name, index, artifact.id])).toEqual([
      ['model', 0, artifacts[2]!.id],
      ['shards', 0, artifacts[1]!.id],
      ['shards', 1, artifacts[0]!.id],
    ]);
    expect(await database.artifacts.getMany([artifacts[3]!.id, 'nope', artifacts[0]!.id])).toEqual([artifacts[3], artifacts[0]]);
    expect(await database.artifacts.listLinks(run.id, ['nope'])).toEqual([]);
    expect((await database.artifacts.listLinks(run.id, [task.id])).map(({ direction }) => direction)).toEqual(['INPUT', 'OUTPUT', 'OUTPUT', 'OUTPUT']);
  });

  it('looks up a thousand fingerprints at once', async () => {
    const wanted = Array.from({ length: 1_000 }, (_, index) => `many-${index}`);
    const hit = await finishedRun('many-500', new Date());
    expect([...(await database.cache.lookup({ namespace: '', pipelineName: 'train' }, wanted)).values()]).toMatchObject([hit]);
  });

  it('lists who took an artifact as an input, newest first and no more than asked', async () => {
    const artifact = anArtifact();
    const consumers: string[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      const run = aRun();
      const task = aTask({ runId: run.id, taskKey: 'use', createdAt: new Date(hour * 3_600_000) });
      await database.runs.create(run, DOCUMENTS, { newTasks: [task], newArtifacts: [artifact], links: [{ taskId: task.id, direction: 'INPUT', name: 'data', index: 0, artifactId: artifact.id }] });
      consumers.unshift(task.id);
    }
    expect((await database.artifacts.listConsumers(artifact.id, 10)).map(({ taskId }) => taskId)).toEqual(consumers);
    expect(await database.artifacts.listConsumers(artifact.id, 1)).toMatchObject([{ taskId: consumers[0], name: 'data' }]);
  });

  it('lists artifacts by type and namespace', async () => {
    const run = aRun();
    const [model, data, foreign] = [anArtifact({ namespace: 'listed' }), anArtifact({ namespace: 'listed', schemaTitle: 'system.Dataset' }), anArtifact({ namespace: 'elsewhere' })];
    await database.runs.create(run, DOCUMENTS, { newArtifacts: [model, data, foreign] });
    expect((await database.artifacts.list({ namespace: 'listed' })).totalSize).toBe(2);
    expect((await database.artifacts.list({ namespace: 'listed', filter: [{ operation: 'EQUALS', key: 'type', value: 'system.Dataset' }] })).items).toEqual([data]);
  });

  it('claims the folders of runs that there are, and those in which an artifact of any run lies', async () => {
    const { runId } = await finishedRun('claims', new Date(1_000));
    const maker = await finishedRun('maker', new Date(1_000));
    const inUse = '00000000-0000-4000-8000-000000000001';
    const uri = (id: string) => `minio://b/root/train/${id}`;
    await database.runs.record({ runId: maker.runId, at: new Date(2_000), newArtifacts: [anArtifact({ uri: `${uri(inUse)}/train/t/model` }), anArtifact({ uri: `${uri('00000000-0000-4000-8000-000000000002')}-of-others/model` })] });
    const folder = (id: string) => ({ runId: id, uris: [uri(id), uri(id).replace('minio:', 's3:')] });
    const gone = ['00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003'];
    expect(await database.artifacts.claimed([runId, inUse, ...gone].map(folder))).toEqual(new Set([runId, inUse]));
    expect(await database.artifacts.claimed([{ runId: inUse, uris: [`s3://b/root/train/${inUse}`, uri(inUse)] }])).toEqual(new Set([inUse]));
    expect(await database.artifacts.claimed([])).toEqual(new Set());
  });
});

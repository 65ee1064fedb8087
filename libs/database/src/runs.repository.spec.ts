import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from './change-feed.js';
import type { Database } from './database.js';
import type { Run, RunProgress, Task } from './model.js';
import { aRun, aTask, anArtifact, DOCUMENTS } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

const AT = new Date('2026-05-06T07:08:09.010Z');

describe.each(DIALECTS)('runs on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  const created = async (given: Partial<Run> = {}, progress: Parameters<Database['runs']['create']>[2] = {}): Promise<Run> => {
    const run = aRun(given);
    await database.runs.create(run, DOCUMENTS, progress);
    return run;
  };

  it('gives back a run, its documents and its tasks as stored', async () => {
    const run = aRun({
      displayName: '训练 🏃',
      parameters: { learningRate: 0.1, layers: [1, 2], note: 'a"b\\c', nothing: null },
      pipelineId: 'p',
      pipelineVersionId: 'v',
      recurringRunId: 'rr',
      pipelineRoot: 's3://bucket/root',
      submitted: true,
      taskCounts: { PENDING: 2 },
      error: 'why',
      startedAt: AT,
      finishedAt: AT,
    });
    const documents = { document: { pipelineSpec: { b: 1, a: 2 }, platformSpec: { c: 3 } }, workflow: { spec: { text: 'x'.repeat(100_000) } } };
    const tasks = [
      aTask({ runId: run.id, taskKey: 'train', position: 1, dependsOn: ['root/prepare'], message: 'waits', inputs: { a: 1 }, fingerprint: 'f', execution: { root: '/r' }, queuedAt: AT, attempts: [{ nodeId: 'n', index: 0, state: 'FAILED', startedAt: AT, finishedAt: AT, exitCode: 1, message: 'exit 1' }] }),
      aTask({ runId: run.id, taskKey: 'prepare', position: 0, state: 'CACHED', outputs: { o: [1] }, cachedFrom: { runId: 'r0', taskId: 't0' }, startedAt: AT, finishedAt: AT }),
    ];
    await database.runs.create(run, documents, { newTasks: tasks });
    expect(await database.runs.get(run.id)).toEqual(run);
    expect(await database.runs.getDocuments(run.id)).toEqual(documents);
    expect(await database.tasks.list(run.id)).toEqual([tasks[1], tasks[0]]);
    const { inputs: _inputs, execution: _execution, ...summary } = tasks[0]!;
    expect((await database.tasks.listSummaries(run.id))[1]).toEqual(summary);
    expect(await database.runs.getDocument(run.id)).toEqual((await database.runs.getDocuments(run.id)).document);
    expect(await database.tasks.listByPaths(run.id, ['root/train', 'root/none'])).toEqual([tasks[0]]);
    expect(await database.tasks.get(tasks[0]!.id)).toEqual(tasks[0]);
  });

  it('stores a run with everything or not at all', async () => {
    const run = aRun();
    const task = aTask({ runId: run.id, taskKey: 'a' });
    const links = [{ taskId: task.id, direction: 'OUTPUT', name: 'model', index: 0, artifactId: 'deleted meanwhile' }] as const;
    await expect(database.runs.create(run, DOCUMENTS, { newTasks: [task], links })).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('Plan it again') });
    expect(await database.runs.find(run.id)).toBeUndefined();
    expect(await database.tasks.list(run.id)).toEqual([]);
  });

  it('refuses an id that is taken', async () => {
    const run = await created();
    await expect(database.runs.create(run, DOCUMENTS, {})).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: `Run ${run.id} already exists` });
  });

  it('records one ingest as a whole, and the same one twice with the same rows', async () => {
    const run = aRun();
    const task = aTask({ runId: run.id, taskKey: 'train' });
    await database.runs.create(run, DOCUMENTS, { newTasks: [task] });
    const late = aTask({ runId: run.id, taskKey: 'late', position: 1 });
    const artifact = anArtifact({ runId: run.id, taskId: task.id, metadata: { accuracy: 0.5 }, customPath: '/elsewhere' });
    const progress: RunProgress = {
      runId: run.id,
      at: AT,
      run: { state: 'RUNNING', submitted: true, startedAt: AT, taskCounts: { SUCCEEDED: 1 } },
      newTasks: [late],
      tasks: [{ path: 'root/train', state: 'SUCCEEDED', outputs: { loss: 0.25 }, finishedAt: AT }],
      newArtifacts: [artifact],
      links: [{ taskId: task.id, direction: 'OUTPUT', name: 'model', index: 0, artifactId: artifact.id }],
      metrics: [{ taskId: task.id, name: 'accuracy', value: 0.5 }, { taskId: task.id, name: 'broken', value: Number.NaN }],
      cacheEntries: [{ taskId: task.id, fingerprint: 'f1' }],
    };
    const read = async (): Promise<unknown> => [await database.runs.get(run.id), await database.tasks.list(run.id), await database.artifacts.listLinks(run.id), await database.artifacts.listMetrics([run.id]), await database.cache.lookup(run, ['f1'])];
    await database.runs.record(progress);
    const once = await read();
    await database.runs.record(progress);
    expect(await read()).toEqual(once);
    expect(once).toEqual([
      { ...run, state: 'RUNNING', submitted: true, startedAt: AT, taskCounts: { SUCCEEDED: 1 }, stateHistory: [...run.stateHistory, { state: 'RUNNING', at: AT }] },
      [{ ...task, state: 'SUCCEEDED', outputs: { loss: 0.25 }, finishedAt: AT }, late],
      [{ runId: run.id, taskId: task.id, direction: 'OUTPUT', name: 'model', index: 0, artifact }],
      [{ runId: run.id, taskId: task.id, name: 'accuracy', value: 0.5 }],
      new Map([['f1', { runId: run.id, taskId: task.id, outputs: { loss: 0.25 }, artifacts: [{ runId: run.id, taskId: task.id, direction: 'OUTPUT', name: 'model', index: 0, artifact }] }]]),
    ]);
  });

  it('takes up a run that is over, with what is to be done again as it was before', async () => {
    const run = aRun();
    const rows = ['kept', 'planned', 'decided', 'gone'].map((taskKey, position) => aTask({ runId: run.id, taskKey, position, inputs: { x: 1 }, outputs: { y: 2 }, fingerprint: `of ${taskKey}`, execution: { image: 'i' }, state: 'FAILED', message: 'why', startedAt: AT, finishedAt: AT }));
    const [kept, planned, decided, gone] = rows as [Task, Task, Task, Task];
    await database.runs.create(run, DOCUMENTS, { newTasks: rows });
    const artifact = anArtifact({ runId: run.id, taskId: kept.id });
    await database.runs.record({
      runId: run.id,
      at: AT,
      run: { state: 'FAILED', error: 'because', submitted: true, finishedAt: AT },
      newArtifacts: [artifact],
      links: rows.flatMap(({ id: taskId }) => (['INPUT', 'OUTPUT'] as const).map((direction) => ({ taskId, direction, name: 'a', index: 0, artifactId: artifact.id }))),
      metrics: rows.map(({ id: taskId }) => ({ taskId, name: 'm', value: 1 })),
      cacheEntries: rows.map(({ id: taskId, fingerprint }) => ({ taskId, fingerprint: fingerprint! })),
    });
    const reopening = {
      from: ['FAILED'] as const,
      at: AT,
      taskCounts: { PENDING: 2 },
      resets: [{ path: planned.path, id: planned.id, keeps: 'inputs', attempts: [] }, { path: decided.path, id: decided.id, keeps: 'nothing', attempts: [{ nodeId: 'n.try1', index: 0, state: 'FAILED' }] }] as const,
      reopened: [],
      removed: [gone.id],
    };
    expect(await database.runs.reopen(run.id, { ...reopening, from: ['CANCELED'] })).toBe(false);
    expect(await database.tasks.list(run.id)).toHaveLength(4);
    expect(await database.runs.reopen(run.id, reopening)).toBe(true);
    const { error: _error, finishedAt: _finishedAt, ...still } = await database.runs.get(run.id);
    expect(await database.runs.get(run.id)).toEqual(still);
    expect(still).toMatchObject({ state: 'RUNNING', submitted: false, taskCounts: { PENDING: 2 } });
    expect(still.stateHistory.map(({ state }) => state)).toEqual(['PENDING', 'FAILED', 'RUNNING']);
    const { message: _m, startedAt: _s, finishedAt: _f, outputs: _o, ...undone } = planned;
    const { inputs: _i, fingerprint: _p, ...undecided } = undone;
    expect(await database.tasks.list(run.id)).toEqual([
      kept,
      { ...undone, state: 'PENDING' },
      { ...undecided, id: decided.id, path: decided.path, taskKey: 'decided', displayName: decided.displayName, position: 2, state: 'PENDING', attempts: reopening.resets[1].attempts },
    ]);
    expect((await database.artifacts.listLinks(run.id)).map(({ taskId, direction }) => [taskId, direction])).toEqual(expect.arrayContaining([[kept.id, 'INPUT'], [kept.id, 'OUTPUT'], [planned.id, 'INPUT']]));
    expect(await database.artifacts.listLinks(run.id)).toHaveLength(3);
    expect((await database.artifacts.listMetrics([run.id])).map(({ taskId }) => taskId)).toEqual([kept.id]);
    expect([...(await database.cache.lookup(run, rows.map(({ fingerprint }) => fingerprint!))).keys()]).toEqual(['of kept']);
  });

  it('leaves fields that an update does not name', async () => {
    const run = aRun();
    await database.runs.create(run, DOCUMENTS, { newTasks: [aTask({ runId: run.id, taskKey: 'a', inputs: { x: 1 }, message: 'kept' })] });
    await database.runs.record({ runId: run.id, at: AT, tasks: [{ path: 'root/a' }, { path: 'root/a', state: 'RUNNING' }] });
    expect(await database.tasks.list(run.id)).toMatchObject([{ inputs: { x: 1 }, message: 'kept', state: 'RUNNING' }]);
  });

  it('refuses progress of an unknown run or task, and writes nothing of it', async () => {
    await expect(database.runs.record({ runId: 'nope', at: AT })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const run = await created();
    await expect(database.runs.record({ runId: run.id, at: AT, run: { state: 'RUNNING' }, tasks: [{ path: 'root/none', state: 'RUNNING' }] })).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('root/none') });
    expect((await database.runs.get(run.id)).state).toBe('PENDING');
  });

  it.each(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED'] as const)('never changes the state of a run that is %s', async (state) => {
    const run = await created();
    await database.runs.record({ runId: run.id, at: AT, run: { state, finishedAt: AT, error: 'first' } });
    await database.runs.record({ runId: run.id, at: new Date(), run: { state: state === 'FAILED' ? 'SUCCEEDED' : 'FAILED', finishedAt: new Date(), error: 'late' } });
    await database.runs.record({ runId: run.id, at: new Date(), run: { state: 'RUNNING', taskCounts: { SUCCEEDED: 1 } } });
    expect(await database.runs.get(run.id)).toMatchObject({ state, finishedAt: AT, error: 'first', taskCounts: { SUCCEEDED: 1 } });
    expect((await database.runs.get(run.id)).stateHistory).toHaveLength(2);
  });

  it('lets a run that is being canceled only end', async () => {
    const run = await created({ state: 'RUNNING' });
    expect(await database.runs.transition(run.id, { from: ['PENDING', 'RUNNING'], to: 'CANCELING', at: AT, appendHistory: false })).toBe(true);
    await database.runs.record({ runId: run.id, at: AT, run: { state: 'RUNNING' } });
    expect((await database.runs.get(run.id)).state).toBe('CANCELING');
    await database.runs.record({ runId: run.id, at: AT, run: { state: 'CANCELED', finishedAt: AT } });
    expect((await database.runs.get(run.id)).stateHistory.map(({ state }) => state)).toEqual(['RUNNING', 'CANCELED']);
  });

  it('moves a state only from one that was expected', async () => {
    const run = await created({ state: 'SUCCEEDED', finishedAt: AT });
    expect(await database.runs.transition(run.id, { from: ['PENDING', 'RUNNING'], to: 'CANCELING', at: AT, appendHistory: false })).toBe(false);
    expect(await database.runs.get(run.id)).toEqual(run);
    await expect(database.runs.transition('nope', { from: ['PENDING'], to: 'CANCELING', at: AT, appendHistory: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('forgets end and error when a finished run is taken up again', async () => {
    const run = await created({ state: 'FAILED', finishedAt: AT, error: 'boom' });
    await database.runs.transition(run.id, { from: ['FAILED'], to: 'PENDING', at: AT, appendHistory: true });
    const again = await database.runs.get(run.id);
    expect(again).toMatchObject({ state: 'PENDING', stateHistory: [...run.stateHistory, { state: 'PENDING', at: AT }] });
    expect(again).not.toHaveProperty('finishedAt');
    expect(again).not.toHaveProperty('error');
  });

  it('gives a run that is moved to its end the time of it and the reason', async () => {
    const run = await created();
    await database.runs.transition(run.id, { from: ['PENDING'], to: 'FAILED', at: AT, error: 'cannot be submitted', appendHistory: true });
    expect(await database.runs.get(run.id)).toMatchObject({ state: 'FAILED', finishedAt: AT, error: 'cannot be submitted', stateHistory: [{ state: 'PENDING' }, { state: 'FAILED', at: AT, error: 'cannot be submitted' }] });
  });

  it('lists what a controller resumes, oldest first', async () => {
    const newer = await created({ state: 'CANCELING', createdAt: new Date(2_000), displayName: 'unfinished' });
    const older = await created({ state: 'RUNNING', createdAt: new Date(1_000), displayName: 'unfinished' });
    await created({ state: 'SUCCEEDED', displayName: 'unfinished' });
    const names = (await database.runs.listUnfinished()).filter(({ displayName }) => displayName === 'unfinished');
    expect(names).toEqual([older, newer]);
  });

  it('reads the metrics of some tasks of a run without the others', async () => {
    const run = aRun();
    const tasks = ['one', 'two', 'three'].map((taskKey) => aTask({ runId: run.id, taskKey }));
    await database.runs.create(run, DOCUMENTS, { newTasks: tasks, metrics: tasks.map(({ id }, index) => ({ taskId: id, name: 'm', value: index })) });
    const read = await database.artifacts.listMetrics([run.id], [tasks[0]!.id, tasks[2]!.id]);
    expect(read.map(({ value }) => value).sort()).toEqual([0, 2]);
    expect(await database.artifacts.listMetrics([run.id], [])).toEqual([]);
    expect(await database.artifacts.listMetrics([run.id])).toHaveLength(3);
  });

  it('deletes a run with all that is its own, and tells which artifacts nobody has any more', async () => {
    const maker = aRun();
    const task = aTask({ runId: maker.id, taskKey: 'train' });
    const own = anArtifact({ runId: maker.id, taskId: task.id });
    const reused = anArtifact({ runId: maker.id, taskId: task.id });
    const link = (artifactId: string, name: string, taskId = task.id) => ({ taskId, direction: 'OUTPUT', name, index: 0, artifactId }) as const;
    await database.runs.create(maker, DOCUMENTS, { newTasks: [task], newArtifacts: [own, reused], links: [link(own.id, 'own'), link(reused.id, 'reused')], metrics: [{ taskId: task.id, name: 'm', value: 1 }], cacheEntries: [{ taskId: task.id, fingerprint: `f-${maker.id}` }] });
    const user = aRun();
    const cached = aTask({ runId: user.id, taskKey: 'train', state: 'CACHED' });
    await database.runs.create(user, DOCUMENTS, { newTasks: [cached], links: [link(reused.id, 'reused', cached.id)] });

    expect(await database.runs.delete(maker.id)).toEqual([own.uri]);
    expect(await database.runs.find(maker.id)).toBeUndefined();
    expect(await database.tasks.list(maker.id)).toEqual([]);
    expect(await database.artifacts.listMetrics([maker.id])).toEqual([]);
    await expect(database.runs.getDocuments(maker.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await database.cache.lookup(maker, [`f-${maker.id}`])).toEqual(new Map());
    expect((await database.artifacts.listLinks(user.id)).map(({ artifact }) => artifact.id)).toEqual([reused.id]);

    expect(await database.runs.delete(user.id)).toEqual([reused.uri]);
    await expect(database.artifacts.get(reused.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(database.runs.delete(user.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps an artifact whose maker is still there, and a URI that another artifact has', async () => {
    const maker = aRun();
    const task = aTask({ runId: maker.id, taskKey: 'a' });
    const made = anArtifact({ runId: maker.id });
    await database.runs.create(maker, DOCUMENTS, { newTasks: [task], newArtifacts: [made], links: [{ taskId: task.id, direction: 'OUTPUT', name: 'm', index: 0, artifactId: made.id }] });
    const user = aRun();
    const importer = aTask({ runId: user.id, taskKey: 'import' });
    const sameFile = anArtifact({ runId: user.id, uri: made.uri });
    await database.runs.create(user, DOCUMENTS, {
      newTasks: [importer],
      newArtifacts: [sameFile],
      links: [made, sameFile].map(({ id }, index) => ({ taskId: importer.id, direction: 'INPUT', name: 'm', index, artifactId: id }) as const),
    });
    expect(await database.runs.delete(user.id)).toEqual([]);
    expect((await database.artifacts.get(made.id)).uri).toBe(made.uri);
    expect(await database.runs.delete(maker.id)).toEqual([made.uri]);
  });

  it('replaces the artifact of an output that was made again', async () => {
    const run = aRun();
    const task = aTask({ runId: run.id, taskKey: 'a' });
    const [first, second] = [anArtifact({ runId: run.id }), anArtifact({ runId: run.id })];
    const link = (artifactId: string) => [{ taskId: task.id, direction: 'OUTPUT', name: 'm', index: 0, artifactId }] as const;
    await database.runs.create(run, DOCUMENTS, { newTasks: [task], newArtifacts: [first], links: link(first.id) });
    await database.runs.record({ runId: run.id, at: AT, newArtifacts: [second], links: link(second.id) });
    expect((await database.artifacts.listLinks(run.id)).map(({ artifact }) => artifact.id)).toEqual([second.id]);
  });

  it('archives one run', async () => {
    const run = await created();
    await database.runs.setStorageState(run.id, 'ARCHIVED');
    expect((await database.runs.get(run.id)).storageState).toBe('ARCHIVED');
    await expect(database.runs.setStorageState('nope', 'ARCHIVED')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('creates and records a thousand tasks', async () => {
    const run = aRun();
    const newTasks = Array.from({ length: 1_000 }, (_, position) => aTask({ runId: run.id, taskKey: `t${position}`, position }));
    await database.runs.create(run, DOCUMENTS, { newTasks });
    await database.runs.record({ runId: run.id, at: AT, tasks: newTasks.map(({ path }) => ({ path, state: 'SUCCEEDED' })) });
    const stored = await database.tasks.list(run.id);
    expect(stored.map(({ position }) => position)).toEqual(newTasks.map(({ position }) => position));
    expect(new Set(stored.map(({ state }) => state))).toEqual(new Set(['SUCCEEDED']));
  });

  it('tells of changes after their commit, one for all tasks of a call, and of none that failed', async () => {
    const seen: Change[] = [];
    const stop = database.changes.subscribe((change) => seen.push(change));
    const unruly = database.changes.subscribe(() => {
      throw new Error('a listener that fails');
    });
    const run = aRun();
    await database.runs.create(run, DOCUMENTS, { newTasks: [aTask({ runId: run.id, taskKey: 'a' }), aTask({ runId: run.id, taskKey: 'b' })] });
    await database.runs.record({ runId: run.id, at: AT, run: { state: 'RUNNING' }, tasks: [{ path: 'root/a', state: 'RUNNING' }, { path: 'root/b', state: 'RUNNING' }] });
    await database.runs.record({ runId: run.id, at: AT, tasks: [{ path: 'root/none', state: 'RUNNING' }] }).catch(() => undefined);
    await database.runs.transition(run.id, { from: ['PENDING'], to: 'CANCELING', at: AT, appendHistory: false });
    await database.runs.delete(run.id);
    stop();
    unruly();
    await created();
    expect(seen).toEqual([
      { kind: 'run', id: run.id, op: 'created' },
      { kind: 'task', runId: run.id, paths: ['root/a', 'root/b'] },
      { kind: 'task', runId: run.id, paths: ['root/a', 'root/b'] },
      { kind: 'run', id: run.id, op: 'updated' },
      { kind: 'run', id: run.id, op: 'deleted' },
    ]);
  });

  it('lets twenty transactions on one run follow each other', async () => {
    const run = aRun();
    const newTasks = Array.from({ length: 20 }, (_, position) => aTask({ runId: run.id, taskKey: `t${position}`, position }));
    await database.runs.create(run, DOCUMENTS, { newTasks });
    await Promise.all(newTasks.map(({ path }, count) => database.runs.record({ runId: run.id, at: AT, run: { taskCounts: { RUNNING: count } }, tasks: [{ path, state: 'RUNNING' }] })));
    expect(new Set((await database.tasks.list(run.id)).map(({ state }) => state))).toEqual(new Set(['RUNNING']));
  });
});

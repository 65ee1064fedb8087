import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskSketch } from './testing/a-pipeline.js';
import { RunBench, type Finished, type Given, type Script } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

const TEXT = { out: { out: 'STRING' } } as const;

type Retried = Finished & { readonly first: Finished };

/** Runs a pipeline, then retries the run with another script. `begun` is what the retry began. */
async function retried(tasks: Readonly<Record<string, TaskSketch>>, { script, next }: { readonly script: Script; readonly next?: Script }): Promise<Retried> {
  const first = await bench.run(tasks, { script });
  return { ...(await again(first, next)), first };
}

async function again({ run }: Pick<Finished, 'run'>, script: Script = () => undefined): Promise<Finished> {
  bench.script = script;
  const before = bench.begun.length;
  await bench.runs.retry(run.id);
  const finished = await bench.finished(run.id);
  return { ...finished, begun: bench.begun.slice(before) };
}

const names = (begun: readonly Given[]): string[] => begun.map(({ task }) => task);
const failing = (...keys: string[]): Script => ({ task }) => ({ fail: keys.includes(task) });

describe('a run that is retried', () => {
  it('does again what failed and what waited for it, and nothing else', async () => {
    const tasks = { a: TEXT, b: { in: { text: 'a.out' }, ...TEXT }, c: { in: { text: 'b.out' } }, other: TEXT };
    const { run, states, begun, first } = await retried(tasks, { script: failing('b') });
    expect(first.states).toEqual({ a: 'SUCCEEDED', b: 'FAILED', c: 'SKIPPED', other: 'SUCCEEDED' });
    expect(names(begun)).toEqual(['b', 'c']);
    expect(begun.map(({ inputs }) => inputs)).toEqual([{ text: 'a-out' }, { text: 'b-out' }]);
    expect(states).toEqual({ a: 'SUCCEEDED', b: 'SUCCEEDED', c: 'SUCCEEDED', other: 'SUCCEEDED' });
    expect(run.state).toBe('SUCCEEDED');
    expect(run.error).toBeUndefined();
    expect(run.taskCounts).toEqual({ SUCCEEDED: 4 });
    expect(run.stateHistory.map(({ state }) => state)).toEqual(['PENDING', 'RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED']);
    expect(run.finishedAt!.getTime()).toBeGreaterThanOrEqual(first.run.finishedAt!.getTime());
    expect(run.startedAt).toEqual(first.run.startedAt);
  });

  it('keeps the attempts of the try before, each with its log', async () => {
    const { tasks, first } = await retried({ bad: { retries: 1 } }, { script: failing('bad') });
    const before = first.tasks['bad']!.attempts;
    expect(before).toHaveLength(2);
    expect(tasks['bad']!.attempts.map(({ nodeId, index, state }) => [nodeId, index, state])).toEqual([
      [`${before[0]!.nodeId}.try1`, 0, 'FAILED'],
      [`${before[1]!.nodeId}.try1`, 1, 'FAILED'],
      [before[0]!.nodeId, 2, 'SUCCEEDED'],
    ]);
    const kept = [...bench.argo.executor.machine.attempts.keys()];
    for (const { nodeId } of tasks['bad']!.attempts) expect(kept.some((id) => id.endsWith(`/${nodeId}`))).toBe(true);
  });

  it('goes on in the iterations and nested pipelines that failed', async () => {
    const body = { tasks: { one: { in: { text: '$item' }, ...TEXT }, two: { in: { text: 'one.out', item: '$item' } } }, in: {} };
    const tasks = { make: TEXT, group: { after: ['make'], tasks: { loop: { each: { raw: ['x', 'y', 'z'] }, ...body }, last: { after: ['loop'] } } } };
    const { states, begun, first } = await retried(tasks, { script: ({ task, inputs }) => ({ fail: task === 'two' && inputs['item'] === 'y' }) });
    expect(first.states).toMatchObject({ group: 'FAILED', 'group/loop': 'FAILED', 'group/loop#1': 'FAILED', 'group/loop#1/two': 'FAILED', 'group/loop#2/two': 'SUCCEEDED', 'group/last': 'SKIPPED' });
    expect(begun.map(({ task, inputs }) => [task, inputs['item']])).toEqual([['two', 'y'], ['last', undefined]]);
    expect(new Set(Object.values(states))).toEqual(new Set(['SUCCEEDED']));
  });

  it('decides again over how many items a loop runs when those are made again', async () => {
    const items = { out: { list: 'LIST' } };
    const tasks = {
      fails: TEXT,
      items: { after: ['fails'], tolerant: true, ...items },
      loop: { in: { list: 'items.list' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { each: { in: { text: '$item' } } } },
    };
    const giving = (list: string[], ...bad: string[]): Script => ({ task }) => (task === 'items' ? { out: { list } } : { fail: bad.includes(task) });
    const { run, states, begun, first } = await retried(tasks, { script: giving(['a', 'b', 'c'], 'fails'), next: giving(['d']) });
    expect(first.states).toMatchObject({ fails: 'FAILED', items: 'SUCCEEDED', loop: 'SUCCEEDED', 'loop#2/each': 'SUCCEEDED' });
    expect(begun.map(({ task, inputs }) => [task, inputs['text']])).toEqual([['fails', undefined], ['items', undefined], ['each', 'd']]);
    expect(states).toEqual({ fails: 'SUCCEEDED', items: 'SUCCEEDED', loop: 'SUCCEEDED', 'loop#0': 'SUCCEEDED', 'loop#0/each': 'SUCCEEDED' });
    expect(run.taskCounts).toEqual({ SUCCEEDED: 3 });
  });

  it('decides conditions again whose inputs come anew, and leaves the others as they were decided', async () => {
    const when = (from: string, value: string): TaskSketch => ({ in: { text: `${from}.out` }, if: `inputs.parameter_values['text'] == '${value}'`, tasks: { inner: {} } });
    const tasks = { coin: TEXT, heads: when('coin', 'heads'), tails: when('coin', 'tails'), bad: TEXT, late: when('bad', 'good'), after: { after: ['heads'], tolerant: true } };
    const { states, begun, first } = await retried(tasks, {
      script: ({ task }) => ({ fail: task === 'bad', ...(task === 'coin' && { out: { out: 'tails' } }) }),
      next: ({ task }) => (task === 'bad' ? { out: { out: 'good' } } : undefined),
    });
    expect(first.states).toMatchObject({ heads: 'SKIPPED', 'tails/inner': 'SUCCEEDED', late: 'SKIPPED', after: 'SUCCEEDED' });
    expect(names(begun)).toEqual(['bad', 'inner']);
    expect(states).toMatchObject({ heads: 'SKIPPED', 'heads/inner': 'SKIPPED', tails: 'SUCCEEDED', 'tails/inner': 'SUCCEEDED', late: 'SUCCEEDED', 'late/inner': 'SUCCEEDED', after: 'SUCCEEDED' });
  });

  it('runs exit tasks again, with what the group came to this time', async () => {
    const tasks = { group: { tasks: { work: TEXT } }, exit: { types: { status: 'TASK_FINAL_STATUS' }, in: { status: { status: 'group' } }, after: ['group'], tolerant: true } };
    const { states, begun, first } = await retried(tasks, { script: failing('work') });
    expect(first.states['exit']).toBe('SUCCEEDED');
    expect(names(begun)).toEqual(['work', 'exit']);
    expect(begun[1]?.inputs['status']).toMatchObject({ state: 'COMPLETE' });
    expect(states).toEqual({ group: 'SUCCEEDED', 'group/work': 'SUCCEEDED', exit: 'SUCCEEDED' });
  });

  it('starts nothing for what was taken from the cache, also when it was not reached before', async () => {
    const tasks = { cached: { cached: true, ...TEXT }, use: { in: { text: 'cached.out' }, ...TEXT }, late: { after: ['use'], cached: true, in: { text: '=late' }, ...TEXT }, end: { in: { text: 'late.out' } } };
    await bench.run(tasks, {});
    const { states, begun, first } = await retried(tasks, { script: failing('use') });
    expect(first.states).toEqual({ cached: 'CACHED', use: 'FAILED', late: 'SKIPPED', end: 'SKIPPED' });
    expect(begun.map(({ task, inputs }) => [task, inputs['text']])).toEqual([['use', 'cached-out'], ['end', 'late-out']]);
    expect(states).toEqual({ cached: 'CACHED', use: 'SUCCEEDED', late: 'CACHED', end: 'SUCCEEDED' });
  });

  it('can fail and be retried any number of times', async () => {
    const first = await bench.run({ a: {}, bad: { after: ['a'] }, end: { after: ['bad'] } }, { script: failing('bad') });
    const second = await again(first, failing('bad'));
    expect(second.run).toMatchObject({ state: 'FAILED', error: expect.stringContaining('told to fail') });
    const third = await again(second);
    expect(third.run.state).toBe('SUCCEEDED');
    expect(names(third.begun)).toEqual(['bad', 'end']);
    expect(third.tasks['bad']!.attempts.map(({ nodeId }) => /\.try\d$/.exec(nodeId)?.[0])).toEqual(['.try1', '.try2', undefined]);
  });

  it('goes on after a termination', async () => {
    bench.script = () => undefined;
    bench.hold = ({ task }) => (task === 'slow' ? () => undefined : () => undefined);
    bench.delay = () => 30;
    const spec = bench.specOf({ quick: {}, slow: { after: ['quick'] }, loop: { after: ['slow'], each: { raw: [1, 2] }, tasks: { each: { in: { n: '$item' }, types: { n: 'NUMBER_INTEGER' } } } } });
    const run = await bench.submit(spec);
    while (!bench.begun.some(({ task, taskId }) => task === 'slow' && taskId !== '' && bench.begun.at(-1)?.task === 'slow')) await new Promise((resolve) => setTimeout(resolve, 2));
    await bench.runs.terminate(run.id);
    bench.hold = undefined;
    const first = await bench.finished(run.id);
    expect(first.states).toMatchObject({ quick: 'SUCCEEDED', slow: 'CANCELED', loop: 'CANCELED' });
    const { run: ended, states, begun } = await again(first);
    expect(ended.state).toBe('SUCCEEDED');
    expect(names(begun)).toEqual(['slow', 'each', 'each']);
    expect(new Set(Object.values(states))).toEqual(new Set(['SUCCEEDED']));
  });

  it.each(['retry.recorded', 'retry.set-aside', 'retry.patched'])('is finished by the next server when this one ends at %s', async (name) => {
    const first = await bench.run({ a: {}, group: { after: ['a'], tasks: { bad: {}, end: { after: ['bad'] } } } }, { script: failing('bad') });
    bench.script = () => undefined;
    const before = bench.begun.length;
    bench.failpoint = (reached) => {
      if (reached === name) throw new Error('the process ends here');
    };
    await expect(bench.runs.retry(first.run.id)).rejects.toThrow('ends here');
    bench.failpoint = () => undefined;
    expect(await bench.database.runs.get(first.run.id)).toMatchObject({ state: 'RUNNING', submitted: false });
    await bench.restart();
    const { run, states, tasks } = await bench.finished(first.run.id);
    expect(run).toMatchObject({ state: 'SUCCEEDED', submitted: true });
    expect(names(bench.begun.slice(before))).toEqual(['bad', 'end']);
    expect(new Set(Object.values(states))).toEqual(new Set(['SUCCEEDED']));
    expect(tasks['group/bad']!.attempts).toHaveLength(2);
  });

  it('ends when it is terminated before its Workflow goes on', async () => {
    const first = await bench.run({ bad: {}, end: { after: ['bad'] } }, { script: failing('bad') });
    bench.failpoint = (reached) => {
      if (reached === 'retry.recorded') throw new Error('the process ends here');
    };
    await expect(bench.runs.retry(first.run.id)).rejects.toThrow('ends here');
    bench.failpoint = () => undefined;
    await bench.runs.terminate(first.run.id);
    await bench.restart();
    const { run, states } = await bench.finished(first.run.id);
    expect(run.state).toBe('CANCELED');
    expect(states).toEqual({ bad: 'CANCELED', end: 'CANCELED' });
    expect((await again({ run })).run.state).toBe('SUCCEEDED');
  });

  it('is left as it is when it is not over, succeeded, or has lost its Workflow', async () => {
    const well = await bench.run({ a: {} });
    await expect(bench.runs.retry(well.run.id)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringContaining('only a run that failed or was terminated') });
    const bad = await bench.run({ bad: {} }, { script: failing('bad') });
    await bench.argo.store.delete('Workflow', { namespace: bad.run.namespace, name: bad.run.workflowName });
    await expect(bench.runs.retry(bad.run.id)).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('is gone. Run it again') });
    expect((await bench.database.runs.get(bad.run.id)).state).toBe('FAILED');
  });
});

describe('a run of KFP v1 that is retried', () => {
  const input = (name: string) => JSON.stringify({ inputs: { parameterValues: { item: '{{inputs.parameters.item}}' }, artifacts: {} }, outputs: { outputFile: `${bench.folder}/v1/${name}/out.json`, parameters: {} } });
  const pod = (name: string) => ({ name, inputs: { parameters: [{ name: 'item', value: 'none' }] }, container: { image: name, command: ['run'], args: [input(name)] } });
  const item = { parameters: [{ name: 'item', value: '{{item}}' }] };
  const workflow = (main: object, ...more: object[]) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { generateName: 'flow-' },
    spec: { entrypoint: 'main', onExit: 'bye', templates: [{ name: 'main', ...main }, ...more, ...['a', 'each', 'end', 'bye'].map(pod)] },
  });
  const failingAt = (bad: string): Script => ({ task, inputs }) => ({ fail: task === 'each' && inputs['item'] === bad });
  const done = (begun: readonly Given[]) => begun.map(({ task, inputs }) => (task === 'each' ? `each ${String(inputs['item'])}` : task));

  it('goes on in its DAGs and loops, and its exit handler runs again', async () => {
    const inner = { name: 'inner', dag: { tasks: [{ name: 'each', template: 'each', arguments: item, withItems: ['x', 'y'] }, { name: 'end', template: 'end', dependencies: ['each'] }] } };
    const first = await bench.runDocument(workflow({ dag: { tasks: [{ name: 'a', template: 'a' }, { name: 'inner', template: 'inner', dependencies: ['a'] }] } }, inner), { script: failingAt('y') });
    expect(first.run.state).toBe('FAILED');
    expect(done(first.begun)).toEqual(['a', 'each x', 'each y', 'bye']);
    const second = await again(first);
    expect(done(second.begun)).toEqual(['each y', 'end', 'bye']);
    expect(second.run.state).toBe('SUCCEEDED');
    expect(new Set(Object.values(second.states))).toEqual(new Set(['SUCCEEDED']));
  });

  it('goes on in the group of steps that failed', async () => {
    const first = await bench.runDocument(workflow({ steps: [[{ name: 'a', template: 'a' }], [{ name: 'each', template: 'each', arguments: item, withItems: ['x', 'y'] }], [{ name: 'end', template: 'end' }]] }), { script: failingAt('x') });
    expect(first.run.state).toBe('FAILED');
    const second = await again(first);
    expect(done(second.begun)).toEqual(['each x', 'end', 'bye']);
    expect(second.run.state).toBe('SUCCEEDED');
    expect(new Set(Object.values(second.states))).toEqual(new Set(['SUCCEEDED']));
  });
});

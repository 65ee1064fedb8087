import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunBench, type Script } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

const TEXT = { out: { out: 'STRING' } } as const;
const STATUS = { types: { status: 'TASK_FINAL_STATUS' }, in: { status: { status: 'group' } } } as const;
const failing = (...names: string[]): Script => ({ task }) => ({ fail: names.includes(task) });

describe('an exit task', () => {
  const tasks = { group: { tasks: { work: TEXT, more: { after: ['work'] } } }, exit: { ...STATUS, after: ['group'], tolerant: true } };

  it('runs after a group that failed, knows its status, and the run fails', async () => {
    const { run, states, begun } = await bench.run(tasks, { script: failing('work') });
    expect(run.state).toBe('FAILED');
    expect(states).toEqual({ group: 'FAILED', 'group/work': 'FAILED', 'group/more': 'SKIPPED', exit: 'SUCCEEDED' });
    expect(begun.at(-1)?.inputs['status']).toEqual({
      state: 'FAILED',
      pipelineTaskName: 'group',
      pipelineJobResourceName: run.workflowName,
      error: { message: expect.stringMatching(/^work: .*told to fail/) },
    });
  });

  it('runs after a group that succeeded too', async () => {
    const { run, begun } = await bench.run(tasks);
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.at(-1)?.inputs['status']).toMatchObject({ state: 'COMPLETE', error: {} });
  });

  it('may be a pipeline, given values of the run', async () => {
    const { run, states, begun } = await bench.run({ group: tasks.group, exit: { in: { text: '=bye', status: { status: 'group' } }, types: { status: 'TASK_FINAL_STATUS' }, tolerant: true, tasks: { tell: { in: { text: '$text' } } } } }, { script: failing('more') });
    expect(run.state).toBe('FAILED');
    expect(states).toMatchObject({ exit: 'SUCCEEDED', 'exit/tell': 'SUCCEEDED' });
    expect(begun.at(-1)?.inputs).toEqual({ text: 'bye' });
  });

  it('fails the run when it is the one that fails', async () => {
    const { run, states } = await bench.run(tasks, { script: failing('exit') });
    expect(run.state).toBe('FAILED');
    expect(states).toMatchObject({ group: 'SUCCEEDED', exit: 'FAILED' });
  });

  it('is told of a group that was not triggered', async () => {
    const { run, begun } = await bench.run({ group: { ...tasks.group, in: { n: 1 }, types: { n: 'NUMBER_INTEGER' }, if: "inputs.parameter_values['n'] == 2" }, exit: tasks.exit });
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.map(({ task, inputs }) => [task, inputs['status']])).toEqual([['exit', expect.objectContaining({ state: 'NOT_TRIGGERED' })]]);
  });

  it('does not run after a run that was terminated', async () => {
    bench.script = () => undefined;
    bench.hold = () => () => undefined;
    try {
      const run = await bench.submit(bench.specOf(tasks));
      await bench.runs.terminate(run.id);
      const { states, run: ended } = await bench.finished(run.id);
      expect(ended.state).toBe('CANCELED');
      expect(states['exit']).toBe('CANCELED');
    } finally {
      bench.hold = undefined;
    }
  });
});

describe('ignoring the failure of tasks before', () => {
  it('lets several tasks tolerate one, with defaults for what it did not make', async () => {
    const withDefault = { in: { text: 'bad.out' }, types: { text: { parameterType: 'STRING', defaultValue: 'fallback', isOptional: true } }, tolerant: true, ...TEXT };
    const { run, states, begun } = await bench.run({ bad: TEXT, one: withDefault, two: withDefault, strict: { in: { text: 'bad.out' } }, next: { in: { text: 'one.out' } } }, { script: failing('bad') });
    expect(run.state).toBe('FAILED');
    expect(states).toEqual({ bad: 'FAILED', one: 'SUCCEEDED', two: 'SUCCEEDED', strict: 'SKIPPED', next: 'SUCCEEDED' });
    expect(begun.find(({ task }) => task === 'one')?.inputs).toEqual({ text: 'fallback' });
  });

  it('gives the value when the task before succeeded', async () => {
    const { run, begun } = await bench.run({ good: TEXT, one: { in: { text: 'good.out' }, types: { text: { parameterType: 'STRING', defaultValue: 'fallback' } }, tolerant: true } });
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.at(-1)?.inputs).toEqual({ text: 'good-out' });
  });

  it('works in mid-chain, through retries, and the run still fails', async () => {
    const { run, states, tasks } = await bench.run({ first: {}, bad: { after: ['first'], retries: 2 }, skipped: { after: ['bad'] }, mid: { after: ['skipped'], tolerant: true }, end: { after: ['mid'] } }, { script: failing('bad') });
    expect(run.state).toBe('FAILED');
    expect(states).toEqual({ first: 'SUCCEEDED', bad: 'FAILED', skipped: 'SKIPPED', mid: 'SUCCEEDED', end: 'SUCCEEDED' });
    expect(tasks['bad']?.attempts).toHaveLength(3);
  });

  it('fails where there is no default, saying which input', async () => {
    const { run, tasks } = await bench.run({ bad: TEXT, one: { in: { text: 'bad.out' }, tolerant: true } }, { script: failing('bad') });
    expect(run.state).toBe('FAILED');
    expect(tasks['one']).toMatchObject({ state: 'FAILED', message: 'Input "text" of task "root/one": "root/bad", which was to produce it, failed; give the input of "root/one" a default.' });
  });

  it('waits for all that it tolerates', async () => {
    const { begun } = await bench.run({ a: {}, b: { after: ['a'] }, c: { after: ['b'] }, all: { after: ['a', 'b', 'c'], tolerant: true } }, { script: failing('a') });
    expect(begun.map(({ task }) => task)).toEqual(['a', 'all']);
    const well = await bench.run({ a: {}, b: { after: ['a'] }, all: { after: ['a', 'b'], tolerant: true } });
    expect(well.begun.map(({ task }) => task)).toEqual(['a', 'b', 'all']);
  });

  it('holds in each iteration of a loop', async () => {
    const { run, states } = await bench.run(
      { loop: { each: { raw: ['x', 'y'] }, tasks: { bad: { in: { text: '$item' } }, tidy: { after: ['bad'], tolerant: true } } } },
      { script: ({ task, inputs }) => ({ fail: task === 'bad' && inputs['text'] === 'x' }) },
    );
    expect(run.state).toBe('FAILED');
    expect(states).toMatchObject({ 'loop#0/bad': 'FAILED', 'loop#0/tidy': 'SUCCEEDED', 'loop#0': 'FAILED', 'loop#1/tidy': 'SUCCEEDED', 'loop#1': 'SUCCEEDED' });
  });

  it('takes what a loop has collected although some of it failed', async () => {
    const { run, begun } = await bench.run(
      {
        loop: { each: { raw: ['x', 'y', 'z'] }, tasks: { say: { in: { text: '$item' }, ...TEXT } }, outputs: { out: 'say.out' } },
        all: { in: { list: 'loop.out' }, types: { list: { parameterType: 'LIST', defaultValue: [], isOptional: true } }, tolerant: true },
      },
      { script: ({ task, inputs }) => ({ fail: inputs['text'] === 'y', ...(task === 'say' && { out: { out: inputs['text']! } }) }) },
    );
    expect(run.state).toBe('FAILED');
    expect(begun.at(-1)?.inputs).toEqual({ list: ['x', 'z'] });
  });
});

import { describe, expect, it } from 'vitest';
import { decide, type DecideContext } from './decide.js';
import { expandLoop } from './expand-loop.js';
import { MAX_ITERATIONS } from './loop-items.js';
import { resolveTaskInputs } from './resolve-inputs.js';
import { STEP, aPipeline, aPlan, aRun, aView, layout, succeeded, type ComponentSketch } from './testing/a-pipeline.js';

const context: DecideContext = { layout, cache: { enabled: false }, taskId: 'id-1' };
const body: ComponentSketch = { in: { item: 'STRING', list: 'LIST' }, tasks: { first: { use: 'step', in: { text: '$item' } }, second: { use: 'step', in: { text: 'first.out' } } } };
const over = (items: object, list: unknown = []) => ({ use: 'body', in: { list: list as never }, more: { parameterIterator: { itemInput: 'item', items } } });

describe('a loop, before anything runs', () => {
  it('has as many iterations as items, and nothing in it is decided but that it waits for its iteration', () => {
    const { plan } = aPlan(aPipeline({ tasks: { loop: over({ raw: '["a", "b"]' }) } }, { step: STEP, body }));
    expect(plan.tasks.get('root/loop')?.decision).toMatchObject({ kind: 'fan-out', iterations: 2 });
    expect(plan.tasks.get('root/loop/first')).toMatchObject({ perIteration: true, decision: { kind: 'wait' } });
  });

  it('waits for items that a task makes, and not for other inputs', () => {
    const pipeline = aPipeline({ tasks: { a: { use: 'split' }, loop: over({ inputParameter: 'list' }, 'a.out'), other: over({ raw: '[1]' }, 'a.out') } }, { step: STEP, body, split: { out: { out: 'LIST' }, container: { image: 'i', command: ['split'] } } });
    expect(decide(pipeline, 'root/loop', aView(aRun(pipeline)), context)).toEqual({ kind: 'wait', on: ['root/a'] });
    expect(decide(pipeline, 'root/other', aView(aRun(pipeline)), context)).toEqual({ kind: 'fan-out', iterations: 1 });
    expect(decide(pipeline, 'root/loop', aView(aRun(pipeline), { 'root/a': succeeded({ out: [1, 2] }) }), context)).toMatchObject({ kind: 'fan-out', iterations: 2 });
  });

  it('fails with more items than can be run, naming the limit and the way around', () => {
    const pipeline = aPipeline({ tasks: { loop: over({ raw: JSON.stringify(Array.from({ length: MAX_ITERATIONS + 1 }, () => 0)) }) } }, { step: STEP, body });
    expect(decide(pipeline, 'root/loop', aView(aRun(pipeline)), context)).toMatchObject({ kind: 'fail', message: expect.stringMatching(/at most 10000 iterations.*batches/) as string });
  });
});

describe('expandLoop', () => {
  it('lists each iteration before what is in it, with paths of its own', () => {
    const pipeline = aPipeline({ tasks: { loop: over({ raw: '[1, 2]' }) } }, { step: STEP, body });
    expect([...expandLoop(pipeline, 'root/loop', 2)].map(({ path, parent, dependsOn }) => [path, parent, dependsOn])).toEqual([
      ['root/loop#0', 'root/loop', []],
      ['root/loop#0/first', 'root/loop#0', []],
      ['root/loop#0/second', 'root/loop#0', ['root/loop#0/first']],
      ['root/loop#1', 'root/loop', []],
      ['root/loop#1/first', 'root/loop#1', []],
      ['root/loop#1/second', 'root/loop#1', ['root/loop#1/first']],
    ]);
  });
});

describe('what loops in loops collect', () => {
  const collects = (member: string) => ({ parameters: { all: { valueFromParameter: { producerSubtask: member, outputParameterKey: member === 'work' ? 'out' : 'all' } } } });
  const sum = (annotation: string): ComponentSketch => ({ in: { nums: 'LIST' }, container: { image: 'python', command: ['sh', '-ec', 'run', `\ndef add(nums: ${annotation}) -> int:\n    return 0\n`], args: ['--function_to_execute', 'add'] } });
  const pipeline = aPipeline(
    { tasks: { outer: { use: 'outer', more: { parameterIterator: { itemInput: 'item', items: { raw: '[1, 2]' } } } }, flat: { use: 'flat', in: { nums: 'outer.all' } }, nested: { use: 'nested', in: { nums: 'outer.all' } }, group: { use: 'group', in: { nums: 'outer.all' } } } },
    {
      step: STEP,
      outer: { in: { item: 'NUMBER_INTEGER' }, out: { all: 'LIST' }, tasks: { inner: { use: 'inner', more: { parameterIterator: { itemInput: 'item', items: { raw: '[1, 2]' } } } } }, outputs: collects('inner') },
      inner: { in: { item: 'NUMBER_INTEGER' }, out: { all: 'LIST' }, tasks: { work: { use: 'step', in: { text: '$item' } } }, outputs: collects('work') },
      flat: sum('List[str]'),
      nested: sum('List[List[str]]'),
      group: { in: { nums: 'LIST' }, tasks: { nested: { use: 'nested', in: { nums: '$nums' } } } },
    },
  );
  const leaf = (outer: number, inner: number) => ({ [`root/outer#${outer}/inner#${inner}/work`]: succeeded({ out: `${outer}${inner}` }) });
  const loop = (path: string, all: readonly string[]) => ({ [path]: { ...succeeded({ all: [...all] }), iterations: 2 } });
  const view = aView(aRun(pipeline), {
    ...loop('root/outer', ['00', '01', '10', '11']), ...loop('root/outer#0/inner', ['00', '01']), ...loop('root/outer#1/inner', ['10', '11']),
    ...leaf(0, 0), ...leaf(0, 1), ...leaf(1, 0), ...leaf(1, 1),
    'root/group': { state: 'RUNNING', inputs: { parameters: { nums: ['00', '01', '10', '11'] }, artifacts: {} } },
  });
  const given = (path: string) => resolveTaskInputs(pipeline, path, view, { layout, taskId: 'id-1' });

  it('is one flat list, as on KFP\'s backend', () => {
    expect(given('root/flat')).toMatchObject({ inputs: { parameters: { nums: ['00', '01', '10', '11'] } } });
  });

  it('is a list of lists for a Python function that says it takes one, through other pipelines too', () => {
    const nested = [['00', '01'], ['10', '11']];
    expect(given('root/nested')).toMatchObject({ inputs: { parameters: { nums: nested } } });
    expect(given('root/group/nested')).toMatchObject({ inputs: { parameters: { nums: nested } } });
  });
});

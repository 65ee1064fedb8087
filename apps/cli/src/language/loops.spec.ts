import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunBench } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

const TEXT = { out: { out: 'STRING' } } as const;
const LIST = { out: { out: 'LIST' } } as const;

describe('a loop', () => {
  it('runs its body once for each item, and each iteration has rows of its own', async () => {
    const { run, states, tasks, begun } = await bench.run({
      loop: { each: { raw: ['a', 'b', { c: 1 }] }, tasks: { say: { in: { text: '$item' }, ...TEXT }, next: { in: { text: 'say.out' } } } },
    }, { script: ({ inputs }) => ({ out: { out: `${String(inputs['text'])}!` } }) });
    expect(run).toMatchObject({ state: 'SUCCEEDED', taskCounts: { SUCCEEDED: 6 } });
    expect(states).toEqual(Object.fromEntries(['loop', ...[0, 1, 2].flatMap((index) => [`loop#${index}`, `loop#${index}/say`, `loop#${index}/next`])].map((path) => [path, 'SUCCEEDED'])));
    expect(tasks['loop#1']).toMatchObject({ parentPath: 'root/loop', kind: 'dag', displayName: '1', inputs: { item: 'b' } });
    expect(tasks['loop#2/next']).toMatchObject({ parentPath: 'root/loop#2', dependsOn: ['root/loop#2/say'], inputs: { text: '{"c":1}!' } });
    expect(begun).toHaveLength(6);
  });

  it('goes over what a task before it has made, keeping the types of the items', async () => {
    const { run, states, begun } = await bench.run(
      { split: LIST, loop: { in: { list: 'split.out', other: '=x' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { say: { in: { n: '$item', other: '$other' }, types: { n: 'NUMBER_INTEGER' } } } }, end: { after: ['loop'] } },
      { script: ({ task }) => (task === 'split' ? { out: { out: [3, 4] } } : undefined) },
    );
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.filter(({ task }) => task === 'say').map(({ inputs }) => inputs)).toEqual([{ n: 3, other: 'x' }, { n: 4, other: 'x' }]);
    expect(begun.at(-1)?.task).toBe('end');
    expect(states).toMatchObject({ 'loop#1/say': 'SUCCEEDED', end: 'SUCCEEDED' });
  });

  it('over a component that is no pipeline runs it for each item and collects what it puts out', async () => {
    const { run, states, tasks, begun } = await bench.run(
      { loop: { in: { other: '=x' }, each: { raw: [1, 2] }, types: { item: 'NUMBER_INTEGER' }, ...TEXT, artifactsOut: ['data'] }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' }, artifactsIn: { data: 'loop.data' } } },
      { script: ({ task, inputs }) => (task === 'loop' ? { out: { out: `${String(inputs['item'])}${String(inputs['other'])}` } } : undefined) },
    );
    expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(states).toEqual({ loop: 'SUCCEEDED', 'loop#0': 'SUCCEEDED', 'loop#0/loop': 'SUCCEEDED', 'loop#1': 'SUCCEEDED', 'loop#1/loop': 'SUCCEEDED', all: 'SUCCEEDED' });
    expect(tasks['all']?.inputs).toEqual({ list: ['1x', '2x'] });
    expect(begun).toHaveLength(3);
  });

  it('takes items from a text that is a JSON list, and from a parameter of the run', async () => {
    const tasks = { loop: { in: { list: '$items' }, each: { input: 'list' }, tasks: { say: { in: { text: '$item' } } } } };
    const { run, begun, workflow } = await bench.run(tasks, { root: { types: { items: 'STRING' } }, parameters: { items: '["x","y"]' } });
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.map(({ inputs }) => inputs['text'])).toEqual(['x', 'y']);
    expect(Object.values(workflow.status!.nodes!).filter(({ displayName }) => displayName === 'loop-gate')).toEqual([]);
  });

  it('fails for items that are no list, with a sentence', async () => {
    const tasks = { split: TEXT, loop: { in: { list: 'split.out' }, each: { input: 'list' }, tasks: { say: { in: { text: '$item' } } } } };
    const { run, tasks: rows } = await bench.run(tasks);
    expect(run.state).toBe('FAILED');
    expect(rows['loop']).toMatchObject({ state: 'FAILED', message: 'Loop "root/loop" cannot be entered: its items are no list: expected LIST, given the text "split-out".' });
  });

  it.each([[{ raw: [] }], [{ input: 'list' }]])('with no items succeeds, and its outputs are empty lists: %j', async (each) => {
    const { run, states, begun } = await bench.run(
      {
        split: { ...LIST, artifactsOut: [] },
        loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each, tasks: { say: { in: { text: '$item' }, ...TEXT, artifactsOut: ['data'] } }, outputs: { out: 'say.out' }, artifactOutputs: { data: 'say.data' } },
        all: { in: { list: 'loop.out' }, types: { list: 'LIST' }, artifactsIn: { data: 'loop.data' } },
      },
      { script: ({ task }) => (task === 'split' ? { out: { out: [] } } : undefined) },
    );
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toEqual({ split: 'SUCCEEDED', loop: 'SUCCEEDED', all: 'SUCCEEDED' });
    expect(begun.at(-1)).toMatchObject({ inputs: { list: [] }, artifacts: { data: [] } });
  });

  it('inside a loop has its own iterations, over the outer item or over its own', async () => {
    const tasks = {
      outer: {
        each: { raw: [[1, 2], [3]], item: 'row' },
        types: { row: 'LIST' },
        tasks: {
          inner: { in: { row: '$row' }, types: { row: 'LIST', item: 'NUMBER_INTEGER' }, each: { input: 'row' }, tasks: { say: { in: { n: '$item', row: '$row' }, types: { n: 'NUMBER_INTEGER', row: 'LIST' }, out: { out: 'NUMBER_INTEGER' } } }, outputs: { out: 'say.out' } },
          fixed: { each: { raw: ['p', 'q'] }, tasks: { tell: { in: { text: '$item' } } } },
        },
        outputs: { out: 'inner.out' },
      },
      all: { in: { list: 'outer.out' }, types: { list: 'LIST' } },
    };
    const { run, states, begun, tasks: rows } = await bench.run(tasks, { script: ({ task, inputs }) => (task === 'say' ? { out: { out: Number(inputs['n']) * 10 } } : undefined) });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toMatchObject({ 'outer#0/inner#1/say': 'SUCCEEDED', 'outer#1/inner#0': 'SUCCEEDED', 'outer#1/fixed#1/tell': 'SUCCEEDED' });
    expect(begun.find(({ task }) => task === 'all')?.inputs).toEqual({ list: [10, 20, 30] });
    expect(rows['outer#0/inner#0/say']?.inputs).toEqual({ n: 1, row: [1, 2] });
    expect(rows['outer#0/inner']?.outputs).toEqual({ out: [10, 20] });
  });

  it('takes parts of structured items with selectors', async () => {
    const { run, begun } = await bench.run({
      loop: {
        each: { raw: [{ a: 1, b: 'x' }, { a: 2, b: 'y' }] },
        types: { item: 'STRUCT' },
        tasks: { say: { in: { n: { of: '$item', select: 'parseJson(string_value)["a"]' }, text: { of: '$item', select: 'parseJson(string_value)["b"]' } }, types: { n: 'NUMBER_INTEGER' } } },
      },
    });
    expect(run.state).toBe('SUCCEEDED');
    expect(begun.map(({ inputs }) => inputs)).toEqual([{ n: 1, text: 'x' }, { n: 2, text: 'y' }]);
  });

  it('decides a condition in each iteration, and collects from those that produced something', async () => {
    const tasks = {
      loop: {
        each: { raw: [1, 2, 3, 4] },
        types: { item: 'NUMBER_INTEGER' },
        tasks: { even: { in: { n: '$item' }, types: { n: 'NUMBER_INTEGER' }, if: "int(inputs.parameter_values['n']) % 2 == 0", tasks: { say: { in: { n: '$n' }, types: { n: 'NUMBER_INTEGER' }, out: { out: 'NUMBER_INTEGER' } } }, outputs: { out: 'say.out' } } },
        outputs: { out: 'even.out' },
      },
      all: { in: { list: 'loop.out' }, types: { list: 'LIST' } },
    };
    const { run, states, begun } = await bench.run(tasks, { script: ({ task, inputs }) => (task === 'say' ? { out: { out: inputs['n']! } } : undefined) });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toMatchObject({ 'loop#0/even': 'SKIPPED', 'loop#0/even/say': 'SKIPPED', 'loop#0': 'SUCCEEDED', 'loop#1/even/say': 'SUCCEEDED' });
    expect(begun.at(-1)?.inputs).toEqual({ list: [2, 4] });
  });

  it('fails when an iteration does, after all of them have been tried', async () => {
    const tasks = { loop: { each: { raw: ['a', 'b', 'c'], limit: 1 }, tasks: { say: { in: { text: '$item' } } } }, next: { after: ['loop'] }, tidy: { after: ['loop'], tolerant: true } };
    const { run, states, tasks: rows } = await bench.run(tasks, { script: ({ inputs }) => ({ fail: inputs['text'] === 'b' }) });
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^say: .*told to fail/) });
    expect(states).toMatchObject({ 'loop#0/say': 'SUCCEEDED', 'loop#1/say': 'FAILED', 'loop#1': 'FAILED', 'loop#2/say': 'SUCCEEDED', loop: 'FAILED', next: 'SKIPPED', tidy: 'SUCCEEDED' });
    expect(rows['loop']?.message).toMatch(/^1: say: .*told to fail/);
  });

  it('may itself be under a condition', async () => {
    const tasks = (face: string) => ({ flip: TEXT, loop: { in: { face: 'flip.out' }, if: `inputs.parameter_values['face'] == '${face}'`, each: { raw: [1, 2] }, tasks: { say: {} } }, next: { after: ['loop'] } });
    expect((await bench.run(tasks('flip-out'))).states).toMatchObject({ 'loop#1/say': 'SUCCEEDED', next: 'SUCCEEDED' });
    expect((await bench.run(tasks('other'))).states).toEqual({ flip: 'SUCCEEDED', loop: 'SKIPPED', next: 'SKIPPED' });
  });

  it('goes over artifacts, one in each iteration, and collects those that it makes', async () => {
    const tasks = {
      make: { each: { raw: ['x', 'y'] }, tasks: { one: { in: { text: '$item' }, artifactsOut: ['data'] } }, artifactOutputs: { data: 'one.data' } },
      loop: { artifactsIn: { list: 'make.data' }, artifactTypes: { list: { artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' }, isArtifactList: true } }, each: { artifacts: 'list' }, tasks: { use: { artifactsIn: { data: '$item' }, artifactsOut: ['copy'] } }, artifactOutputs: { copy: 'use.copy' } },
      all: { artifactsIn: { data: 'loop.copy' } },
    };
    const { run, begun, links, tasks: rows } = await bench.run(tasks);
    expect(run.state).toBe('SUCCEEDED');
    const used = begun.filter(({ task }) => task === 'use').map(({ artifacts }) => artifacts['data']!);
    expect(used.map((list) => list.length)).toEqual([1, 1]);
    const made = ['make#0/one', 'make#1/one'].map((path) => links.find((link) => link.taskId === rows[path]!.id && link.direction === 'OUTPUT')!.artifact.uri);
    expect(used.map(([artifact]) => artifact!.uri)).toEqual(made);
    expect(begun.at(-1)?.artifacts['data']).toHaveLength(2);
  });

  it('takes cached iterations from an earlier run', async () => {
    const tasks = { loop: { each: { raw: ['a', 'b'] }, tasks: { say: { in: { text: '$item' }, cached: true, ...TEXT } }, outputs: { out: 'say.out' } }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' }, cached: true } };
    await bench.run(tasks);
    const { run, states, begun } = await bench.run(tasks);
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toMatchObject({ 'loop#0/say': 'CACHED', 'loop#1/say': 'CACHED', loop: 'SUCCEEDED', all: 'CACHED' });
    expect(begun).toEqual([]);
  });
});

describe('a controller that begins in the middle of a loop', () => {
  it('goes on with the rows that are there', async () => {
    const own = await RunBench.open({ maxParallelTasks: 3 });
    try {
      let processes = 0;
      let restarted = Promise.resolve();
      own.hold = () => {
        processes += 1;
        if (processes % 4 === 0) restarted = restarted.then(() => own.restart());
        return () => undefined;
      };
      const tasks = {
        split: LIST,
        loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { a: { in: { n: '$item' }, types: { n: 'NUMBER_INTEGER' }, ...TEXT }, b: { in: { text: 'a.out' }, ...TEXT } }, outputs: { out: 'b.out' } },
        all: { in: { list: 'loop.out' }, types: { list: 'LIST' } },
      };
      own.script = ({ task, inputs }) => ({ out: { out: task === 'split' ? [1, 2, 3, 4, 5, 6] : task === 'a' ? String(inputs['n']) : `b${String(inputs['text'])}` } });
      const run = await own.submit(own.specOf(tasks));
      const { run: finished, tasks: rows } = await own.finished(run.id);
      await restarted;
      expect(finished.state).toBe('SUCCEEDED');
      expect(Object.keys(rows)).toHaveLength(3 + 6 * 3);
      expect(rows['all']!.inputs).toEqual({ list: ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'] });
    } finally {
      await own.close();
    }
  });
});

describe('a limit on a loop', () => {
  it.each([1, 2, 3])('lets at most %i iterations run at once', async (limit) => {
    const own = await RunBench.open({});
    try {
      let active = 0;
      let most = 0;
      own.hold = () => {
        active += 1;
        most = Math.max(most, active);
        return () => (active -= 1);
      };
      const { run } = await own.run({ loop: { each: { raw: [1, 2, 3, 4, 5, 6], limit }, tasks: { a: {}, b: { after: ['a'] } } } });
      expect(run.state).toBe('SUCCEEDED');
      expect(most).toBe(limit);
    } finally {
      await own.close();
    }
  });
});

describe('a large loop', () => {
  it('of 2,000 iterations costs as much for each as a small one', async () => {
    const seconds = async (iterations: number): Promise<number> => {
      const own = await RunBench.open({ maxParallelTasks: 50 });
      try {
        const begin = performance.now();
        const run = await own.submit(own.specOf({ split: LIST, loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { say: { in: { n: '$item' }, types: { n: 'NUMBER_INTEGER' }, ...TEXT } }, outputs: { out: 'say.out' } } }));
        own.script = ({ task }) => (task === 'split' ? { out: { out: Array.from({ length: iterations }, (_, index) => index) } } : undefined);
        const { run: finished, tasks } = await own.finished(run.id, 90);
        expect(finished.state).toBe('SUCCEEDED');
        expect(tasks['loop']!.outputs!['out']).toHaveLength(iterations);
        return (performance.now() - begin) / 1000;
      } finally {
        await own.close();
      }
    };
    await seconds(50);
    const small = await seconds(200);
    const large = await seconds(2000);
    console.log(`200 iterations: ${small.toFixed(2)} s; 2,000: ${large.toFixed(2)} s`);
    // Ten times as many; the machine may be busy with something else at one of the two.
    expect(large).toBeLessThan(small * 30);
  }, 120_000);
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunBench, type Script } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open();
});
afterAll(() => bench.close());

const TEXT = { out: { out: 'STRING' } } as const;
const flips = (face: string): Script => ({ task }) => (task === 'flip' ? { out: { out: face } } : undefined);
const is = (face: string) => `inputs.parameter_values['face'] == '${face}'`;
const podsOf = (workflow: { status?: { nodes?: Record<string, { type?: string }> } }) => Object.values(workflow.status?.nodes ?? {}).filter(({ type }) => type === 'Pod').length;

describe('conditions', () => {
  const branches = {
    flip: TEXT,
    heads: { in: { face: 'flip.out' }, if: is('heads'), tasks: { say: { in: { face: '$face' }, ...TEXT } } },
    tails: { in: { face: 'flip.out' }, if: `!(${is('heads')}) && ${is('tails')}`, tasks: { say: { in: { face: '$face' } }, inner: { in: { face: '$face' }, tasks: { deep: {} } } } },
    other: { in: { face: 'flip.out' }, if: `!(${is('heads')}) && !(${is('tails')})`, tasks: { say: {} } },
  };

  it.each([
    ['heads', { 'heads/say': 'SUCCEEDED', heads: 'SUCCEEDED', tails: 'SKIPPED', 'tails/say': 'SKIPPED', 'tails/inner': 'SKIPPED', 'tails/inner/deep': 'SKIPPED', other: 'SKIPPED' }],
    ['tails', { heads: 'SKIPPED', 'heads/say': 'SKIPPED', tails: 'SUCCEEDED', 'tails/say': 'SUCCEEDED', 'tails/inner/deep': 'SUCCEEDED', other: 'SKIPPED' }],
    ['edge', { heads: 'SKIPPED', tails: 'SKIPPED', other: 'SUCCEEDED', 'other/say': 'SUCCEEDED' }],
  ])('enters one of If, Elif and Else when %s is flipped, and the run succeeds', async (face, expected) => {
    const { run, states } = await bench.run(branches, { script: flips(face) });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toMatchObject(expected);
  });

  it('says why a task was not started', async () => {
    const { tasks } = await bench.run(branches, { script: flips('heads') });
    expect(tasks['other']?.message).toContain('its condition is false');
    expect(tasks['other/say']?.message).toBe('other was not started');
  });

  it('decides what is known at submission then, and starts nothing for it', async () => {
    const tasks = {
      yes: { in: { face: '$face' }, if: is('heads'), tasks: { say: {} } },
      no: { in: { face: '$face' }, if: is('tails'), tasks: { say: {} } },
      after: { after: ['no'] },
      beside: { after: ['yes'] },
    };
    const { run, states, workflow } = await bench.run(tasks, { root: { types: { face: 'STRING' } }, parameters: { face: 'heads' } });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toEqual({ yes: 'SUCCEEDED', 'yes/say': 'SUCCEEDED', no: 'SKIPPED', 'no/say': 'SKIPPED', after: 'SKIPPED', beside: 'SUCCEEDED' });
    expect(podsOf(workflow)).toBe(2);
    expect(Object.values(workflow.status!.nodes!).filter(({ type }) => type === 'Suspend')).toEqual([]);
  });

  it('starts nothing behind a branch that was not taken, however far behind, except what tolerates that', async () => {
    const tasks = {
      flip: TEXT,
      maybe: { in: { face: 'flip.out' }, if: is('heads'), tasks: { say: TEXT }, outputs: { out: 'say.out' } },
      uses: { in: { text: 'maybe.out' }, ...TEXT },
      last: { after: ['uses'] },
      tidy: { after: ['last'], tolerant: true },
    };
    const { run, states } = await bench.run(tasks, { script: flips('tails') });
    expect(run.state).toBe('SUCCEEDED');
    expect(states).toMatchObject({ maybe: 'SKIPPED', uses: 'SKIPPED', last: 'SKIPPED', tidy: 'SUCCEEDED' });
  });

  it('tells a container that was not triggered from one that was cached', async () => {
    const tasks = {
      flip: TEXT,
      maybe: { in: { face: 'flip.out' }, if: is('heads'), cached: true, ...TEXT },
      next: { after: ['maybe'] },
    };
    const first = await bench.run(tasks, { script: flips('heads') });
    expect(first.states).toEqual({ flip: 'SUCCEEDED', maybe: 'SUCCEEDED', next: 'SUCCEEDED' });
    const again = await bench.run(tasks, { script: flips('heads') });
    expect(again.states).toEqual({ flip: 'SUCCEEDED', maybe: 'CACHED', next: 'SUCCEEDED' });
    const not = await bench.run(tasks, { script: flips('tails') });
    expect(not.states).toEqual({ flip: 'SUCCEEDED', maybe: 'SKIPPED', next: 'SKIPPED' });
    expect(not.run.state).toBe('SUCCEEDED');
  });

  it('has no result from the cache for a task that is not reached', async () => {
    const tasks = {
      first: TEXT,
      behind: { after: ['first'], cached: true, ...TEXT },
      group: { after: ['first'], tasks: { member: { cached: true, ...TEXT } } },
      tidy: { in: { text: 'behind.out' }, types: { text: { parameterType: 'STRING', defaultValue: 'none' } }, after: ['behind'], tolerant: true },
    };
    expect((await bench.run(tasks)).run.state).toBe('SUCCEEDED');
    const again = await bench.run(tasks);
    expect(again.states).toMatchObject({ behind: 'CACHED', 'group/member': 'CACHED', group: 'SUCCEEDED' });
    const failed = await bench.run(tasks, { script: ({ task }) => ({ fail: task === 'first' }) });
    expect(failed.states).toMatchObject({ first: 'FAILED', behind: 'SKIPPED', group: 'SKIPPED', 'group/member': 'SKIPPED', tidy: 'SUCCEEDED' });
    expect(failed.tasks['behind']?.outputs).toEqual({});
    expect(failed.begun.find(({ task }) => task === 'tidy')?.inputs).toEqual({ text: 'none' });
  });

  it('fails the task whose condition cannot be evaluated, with a sentence', async () => {
    const tasks = { flip: TEXT, maybe: { in: { face: 'flip.out' }, if: "int(inputs.parameter_values['face']) > 3", tasks: { say: {} } }, next: { after: ['maybe'] } };
    const { run, states, tasks: rows } = await bench.run(tasks, { script: flips('heads') });
    expect(states).toEqual({ flip: 'SUCCEEDED', maybe: 'FAILED', 'maybe/say': 'SKIPPED', next: 'SKIPPED' });
    expect(run.state).toBe('FAILED');
    expect(rows['maybe']?.message).toMatch(/^Task "root\/maybe" cannot be decided: its condition int\(.*\) > 3 cannot be evaluated: .*convert them/);
    expect(run.error).toContain('maybe: Task "root/maybe" cannot be decided');
  });

  it('does not refuse a pipeline for a fault in a branch that may not be taken', async () => {
    const tasks = {
      flip: TEXT,
      maybe: { in: { face: 'flip.out' }, if: is('heads'), tasks: { bad: { in: { n: '=text' }, if: "int(inputs.parameter_values['n']) > 3" } } },
    };
    expect((await bench.run(tasks, { script: flips('tails') })).run.state).toBe('SUCCEEDED');
    expect((await bench.run(tasks, { script: flips('heads') })).states).toMatchObject({ 'maybe/bad': 'FAILED', maybe: 'FAILED' });
  });
});

describe('one of several outputs', () => {
  const choose = {
    flip: TEXT,
    choice: {
      in: { face: 'flip.out' },
      tasks: {
        heads: { in: { face: '$face' }, if: is('heads'), tasks: { a: { ...TEXT, artifactsOut: ['data'] } }, outputs: { out: 'a.out' }, artifactOutputs: { data: 'a.data' } },
        tails: { in: { face: '$face' }, if: `!(${is('heads')})`, tasks: { b: { ...TEXT, artifactsOut: ['data'] } }, outputs: { out: 'b.out' }, artifactOutputs: { data: 'b.data' } },
      },
      outputs: { out: ['heads.out', 'tails.out'] },
      artifactOutputs: { data: ['heads.data', 'tails.data'] },
    },
    use: { in: { text: 'choice.out' }, artifactsIn: { data: 'choice.data' } },
  };

  it.each([
    ['heads', 'a'],
    ['tails', 'b'],
  ])('is that of the branch that was taken: %s', async (face, made) => {
    const { run, begun, tasks } = await bench.run(choose, { script: flips(face) });
    expect(run.state).toBe('SUCCEEDED');
    const use = begun.find(({ task }) => task === 'use')!;
    expect(use.inputs).toEqual({ text: `${made}-out` });
    expect(use.artifacts['data']![0]!.uri).toMatch(new RegExp(`/${made}/[^/]+/data$`));
    expect(tasks['choice']?.outputs).toEqual({ out: `${made}-out` });
  });

  it('is none when no branch was taken: what needs it fails, saying so', async () => {
    const { choice, ...rest } = choose;
    const none = { ...choice, tasks: { heads: choice.tasks.heads, tails: { ...choice.tasks.tails, if: is('tails') } } };
    const { run, tasks } = await bench.run({ ...rest, choice: none }, { script: flips('edge') });
    expect(run.state).toBe('FAILED');
    expect(tasks['use']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(/"root\/choice\/heads", which was to produce it, was not started/) });
  });
});

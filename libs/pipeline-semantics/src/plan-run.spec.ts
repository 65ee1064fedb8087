import { isPipelineError } from '@millrace/errors';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import type { CacheHit } from './decision.js';
import { type ComponentSketch, MAKE, STEP, type TaskSketch, USE, aPipeline, aPlan, aRun, aView, anArtifact, layout } from './testing/a-pipeline.js';
import type { TaskFacts } from './run-view.js';

const hit = (out: string): CacheHit => ({ runId: 'r0', taskId: 't0', outputs: { parameters: { out }, artifacts: {} } });

function chain(length: number): Record<string, TaskSketch> {
  return Object.fromEntries(Array.from({ length }, (_, i) => [`t${i}`, { use: 'step', in: { text: i === 0 ? '=start' : `t${i - 1}.out` } }]));
}

function kinds(plan: ReturnType<typeof aPlan>['plan']): Record<string, string> {
  return Object.fromEntries([...plan.tasks].map(([path, { decision }]) => [path, decision.kind]));
}

describe('planRun', () => {
  it('decides what is known, and leaves what is not', () => {
    const { plan, waves } = aPlan(aPipeline({ tasks: chain(3) }, { step: STEP }));
    expect(kinds(plan)).toEqual({ 'root/t0': 'run', 'root/t1': 'wait', 'root/t2': 'wait' });
    expect(waves).toEqual([]);
  });

  it('describes each task: id, name, parent, dependencies, in topological order with a DAG before its members', () => {
    const group: ComponentSketch = { in: { given: 'STRING' }, tasks: { member: { use: 'step', in: { text: '$given' }, more: { taskInfo: { name: 'Member task' } } } } };
    const { plan } = aPlan(aPipeline({ tasks: { z: { use: 'step', in: { text: '=a' }, after: ['group'] }, group: { use: 'group', in: { given: 'a.out' } }, a: { use: 'step', in: { text: '=a' } } } }, { step: STEP, group }));
    expect([...plan.tasks.keys()]).toEqual(['root/a', 'root/group', 'root/group/member', 'root/z']);
    expect(plan.tasks.get('root/group/member')).toMatchObject({
      taskKey: 'member',
      displayName: 'Member task',
      kind: 'container',
      parent: 'root/group',
      taskId: 'id(root/group/member)',
      dependsOn: [],
      decision: { kind: 'wait', on: ['root/a'] },
    });
    expect(plan.tasks.get('root/group')).toMatchObject({ kind: 'dag', dependsOn: ['root/a'] });
  });

  it('follows cache hits: one look-up a wave, and a fully cached run has nothing to run', () => {
    const { plan, waves } = aPlan(aPipeline({ tasks: chain(3) }, { step: STEP }), { lookUp: () => hit('x') });
    expect(kinds(plan)).toEqual({ 'root/t0': 'cached', 'root/t1': 'cached', 'root/t2': 'cached' });
    // The second and third task have the same inputs, so the same fingerprint.
    expect(waves).toHaveLength(3);
    expect(waves[1]).toEqual(waves[2]);
  });

  it('looks up a whole level of independent tasks at once, equal ones once', () => {
    const tasks = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, { use: 'step', in: { text: `=${i % 5}` } }]));
    expect(aPlan(aPipeline({ tasks }, { step: STEP }), { lookUp: () => undefined }).waves.map((wave) => wave.length)).toEqual([5]);
  });

  it('decides a consumer of a reused artifact, which can hit too, and leaves one of a fresh artifact', () => {
    const pipeline = aPipeline({ tasks: { make: { use: 'make' }, use: { use: 'use', artifactsIn: { data: 'make.data' } }, fresh: { use: 'make', cache: false }, other: { use: 'use', artifactsIn: { data: 'fresh.data' } } } }, { make: MAKE, use: USE });
    const reused: CacheHit = { runId: 'r0', taskId: 't0', outputs: { parameters: {}, artifacts: { data: [anArtifact('a-1')] } } };
    let asked = 0;
    const { plan, waves } = aPlan(pipeline, { lookUp: () => (asked++ === 0 || asked === 2 ? reused : undefined) });
    expect(kinds(plan)).toEqual({ 'root/make': 'cached', 'root/use': 'run', 'root/fresh': 'run', 'root/other': 'wait' });
    expect(waves).toHaveLength(2);
  });

  it('follows hits through DAG outputs', () => {
    const group: ComponentSketch = {
      in: { given: 'STRING' },
      out: { result: 'STRING' },
      outputs: { parameters: { result: { valueFromParameter: { producerSubtask: 'member', outputParameterKey: 'out' } } } },
      tasks: { member: { use: 'step', in: { text: '$given' } } },
    };
    const tasks = { a: { use: 'step', in: { text: '=a' } }, group: { use: 'group', in: { given: 'a.out' } }, z: { use: 'step', in: { text: 'group.result' } } };
    const { plan } = aPlan(aPipeline({ tasks }, { step: STEP, group }), { lookUp: () => hit('x') });
    expect(kinds(plan)).toEqual({ 'root/a': 'cached', 'root/group': 'enter', 'root/group/member': 'cached', 'root/z': 'cached' });
  });

  it('carries a failed decision on to what depends on it', () => {
    const count: ComponentSketch = { in: { n: 'NUMBER_INTEGER' }, out: { out: 'STRING' }, container: { image: 'i', command: ['c'] } };
    const tasks = { bad: { use: 'count', in: { n: '$n' } }, after: { use: 'step', in: { text: 'bad.out' } } };
    const { plan } = aPlan(aPipeline({ in: { n: { parameterType: 'NUMBER_INTEGER', isOptional: true } }, tasks }, { step: STEP, count }));
    expect(kinds(plan)).toEqual({ 'root/bad': 'fail', 'root/after': 'skip' });
  });

  it('refuses by name what it would plan wrongly', () => {
    const pipeline = aPipeline({ in: { p: 'STRING' }, tasks: { a: { use: 'step', in: { text: '$p' }, more: { inputs: { parameters: { text: { runtimeValue: { runtimeParameter: 'p' } } } } } } } }, { step: STEP });
    let thrown: unknown;
    try {
      aPlan(pipeline, { parameters: { p: 'x' } });
    } catch (error) {
      thrown = error;
    }
    expect(isPipelineError(thrown) && thrown.code).toBe('UNIMPLEMENTED');
    expect(String(thrown)).toContain('runtimeParameter');
  });

  it('stops at a pipeline that doubles at each level', () => {
    const components = Object.fromEntries(
      Array.from({ length: 15 }, (_, i): [string, ComponentSketch] => [`c${i}`, i === 0 ? { container: { image: 'i', command: ['c'] } } : { tasks: { a: { use: `c${i - 1}` }, b: { use: `c${i - 1}` } } }]),
    );
    expect(() => aPlan(aPipeline({ tasks: { top: { use: 'c14' } } }, components))).toThrow('more than 20000 tasks');
  });

  it('takes back nothing: what was decided at first is decided the same when everything is known', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.boolean()), { maxLength: 25 });
    fc.assert(
      fc.property(edges, (given) => {
        const tasks: Record<string, TaskSketch> = {};
        for (let i = 0; i < 10; i += 1) {
          const before = given.filter(([a, b]) => Math.max(a, b) === i && a !== b);
          const data = before.find(([, , isData]) => isData);
          tasks[`t${i}`] = {
            use: 'step',
            in: { text: data === undefined ? `=${i}` : `t${Math.min(data[0], data[1])}.out` },
            after: before.map(([a, b]) => `t${Math.min(a, b)}`),
          };
        }
        const pipeline = aPipeline({ tasks }, { step: STEP });
        const { plan } = aPlan(pipeline);
        const facts: Record<string, TaskFacts> = Object.fromEntries(
          [...plan.tasks.keys()].map((path) => [path, { state: 'SUCCEEDED', outputs: { parameters: { out: path }, artifacts: {} } }]),
        );
        for (const [path, { decision, taskId }] of plan.tasks) {
          const later = decide(pipeline, path, aView(aRun(pipeline), facts), { layout, cache: { enabled: false }, taskId });
          expect(later.kind).toBe('run');
          expect(decision.kind === 'wait' ? later : decision).toEqual(later);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('planRun is linear', () => {
  const time = (tasks: Record<string, TaskSketch>, lookUp?: () => CacheHit) => {
    const pipeline = aPipeline({ tasks }, { step: STEP });
    const start = performance.now();
    aPlan(pipeline, lookUp === undefined ? {} : { lookUp });
    return performance.now() - start;
  };
  const fan = (width: number): Record<string, TaskSketch> => ({
    ...Object.fromEntries(Array.from({ length: width }, (_, i) => [`t${i}`, { use: 'step', in: { text: `=${i}` } }])),
    join: { use: 'step', in: { text: '=end' }, after: Array.from({ length: width }, (_, i) => `t${i}`) },
  });

  // Generous for shared machines: the quadratic versions take seconds at this size.
  it.each([
    ['a chain', () => time(chain(2000))],
    ['a cached chain', () => time(chain(2000), () => hit('x'))],
    ['a fan', () => time(fan(2000))],
  ])('for %s of 2,000 tasks', (_what, measure) => {
    expect(measure()).toBeLessThan(1500);
  });
});

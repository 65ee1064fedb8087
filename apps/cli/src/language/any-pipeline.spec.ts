import * as fc from 'fast-check';
import { parsePipelineValue, type JsonValue } from '@millrace/pipeline-spec';
import { isNodeCompleted } from '@millrace/argo';
import type { Task } from '@millrace/database';
import { dependencyRule, isFinalTaskState, iterationOf, locateTask, triggerStrategyOf } from '@millrace/pipeline-semantics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskSketch } from './testing/a-pipeline.js';
import { RunBench, type Finished } from './testing/run-bench.js';

let bench: RunBench;
beforeAll(async () => {
  bench = await RunBench.open({ maxParallelTasks: 8 });
});
afterAll(() => bench.close());

type Tasks = Record<string, TaskSketch>;

/** Words that decide how a task is made; shrinks to plain steps without dependencies. */
const trait = fc.record({
  kind: fc.constantFrom('step', 'step', 'step', 'pipeline', 'loop', 'dynamic loop'),
  from: fc.array(fc.nat(20), { maxLength: 2 }),
  uses: fc.boolean(),
  condition: fc.constantFrom(undefined, undefined, undefined, 'x', 'm'),
  tolerant: fc.constantFrom(false, false, false, true),
  cached: fc.boolean(),
  items: fc.nat(3),
  limit: fc.nat(2),
  /** Members that a pipeline's or a loop's output comes from. */
  gives: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
  retries: fc.constantFrom(undefined, undefined, 1),
});
type Trait = typeof trait extends fc.Arbitrary<infer T> ? T : never;
interface Shape {
  readonly traits: readonly Trait[];
  readonly inner: readonly Shape[];
}
const traits = fc.array(trait, { minLength: 1, maxLength: 4 });
const around = (inner: fc.Arbitrary<Shape[]>): fc.Arbitrary<Shape> => fc.record({ traits, inner });
const leaf = around(fc.constant([]));
const shape = around(fc.array(around(fc.array(leaf, { maxLength: 2 })), { maxLength: 2 }));

const OUT = { out: { out: 'STRING' } } as const;
const withDefault = { parameterType: 'STRING', isOptional: true, defaultValue: 'none' };

/** Tasks of one scope. Each takes outputs of some before it; what is in a pipeline or a loop takes an input of that. */
function tasksOf({ traits, inner }: Shape, scopeInput: string | undefined, depth: number): Tasks {
  const tasks: Tasks = {};
  traits.forEach((now, index) => {
    const key = `t${index}`;
    const before = [...new Set(now.from.filter(() => index > 0).map((from) => `t${from % index}`))];
    const inputs: Record<string, JsonValue> = { own: scopeInput === undefined ? `=${key}` : `$${scopeInput}` };
    if (now.uses) before.forEach((other, place) => (inputs[`in${place}`] = `${other}.out`));
    // An input from a task that may be left out has a default, as the SDK demands.
    const types = Object.fromEntries(Object.keys(inputs).map((name) => [name, name === 'own' ? 'STRING' : withDefault]));
    const base: TaskSketch = {
      in: inputs,
      types,
      after: before,
      ...(now.condition !== undefined && { if: `inputs.parameter_values['own'] + inputs.parameter_values['${now.uses && before.length > 0 ? 'in0' : 'own'}'] > '${now.condition}'` }),
      ...(now.tolerant && { tolerant: true }),
    };
    const body = inner[index % Math.max(1, inner.length)];
    if (now.kind === 'step' || body === undefined || depth === 0) {
      tasks[key] = { ...base, ...OUT, cached: now.cached, ...(now.retries !== undefined && { retries: now.retries }) };
      return;
    }
    if (now.kind === 'pipeline') {
      const members = tasksOf(body, 'own', depth - 1);
      tasks[key] = { ...base, tasks: members, outputs: { out: outputsOf(members, now.gives) } };
      return;
    }
    const members = tasksOf(body, 'item', depth - 1);
    const loop = { ...base, tasks: members, outputs: { out: outputsOf(members, now.gives) } };
    if (now.kind === 'loop') {
      tasks[key] = { ...loop, each: { raw: Array.from({ length: now.items }, (_, item) => `${key}${item}`), limit: now.limit } };
      return;
    }
    tasks[`${key}split`] = { in: { own: inputs['own']! }, out: { out: 'LIST' }, after: before };
    tasks[key] = { ...loop, in: { ...inputs, list: `${key}split.out` }, types: { ...types, list: { parameterType: 'LIST', isOptional: true, defaultValue: [] } }, each: { input: 'list', limit: now.limit } };
  });
  return tasks;
}

/** One member's output, or the first of several. Any of them may be one that is left out. */
function outputsOf(members: Tasks, gives: readonly number[]): string | readonly string[] {
  const keys = Object.keys(members);
  const chosen = [...new Set(gives.map((give) => `${keys[give % keys.length]!}.out`))];
  return chosen.length === 1 ? chosen[0]! : chosen;
}

const pipelines = shape.map((drawn) => tasksOf(drawn, undefined, 2));

/** Something that looks like chance and is the same for the same text. */
function chance(text: string): number {
  let hash = 2166136261;
  for (const unit of text) hash = Math.imul(hash ^ unit.charCodeAt(0), 16777619);
  return (hash >>> 8) / 2 ** 24;
}

interface Observed extends Finished {
  readonly began: ReadonlyMap<string, number>;
  readonly ended: ReadonlyMap<string, number>;
}

async function observe(tasks: Tasks, seed: number): Promise<Observed> {
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  let clock = 0;
  let random = seed;
  bench.delay = () => ((random = Math.imul(random ^ 0x5bd1e995, 16777619)) >>> 16) % 4;
  bench.hold = ({ taskId }) => {
    if (!began.has(taskId)) began.set(taskId, (clock += 1));
    return () => void ended.set(taskId, (clock += 1));
  };
  const finished = await bench.run(tasks, {
    script: ({ task, inputs }) => {
      const given = `${task} ${JSON.stringify(Object.entries(inputs).sort())}`;
      if (chance(`fail ${given}`) < 0.12) return { fail: true };
      const word = 'abcdefghijklmnopqrstuvwxyz'[Math.floor(chance(given) * 26)]!;
      return { out: { out: task.endsWith('split') ? Array.from({ length: Math.floor(chance(given) * 4) }, (_, item) => `${word}${item}`) : word } };
    },
  });
  return { ...finished, began, ended };
}

/** The rules that a run broke, as sentences. */
function brokenRules(tasks: Tasks, { run, tasks: byPath, workflow, began, ended }: Observed): string[] {
  const broken: string[] = [];
  const holds = (truth: boolean, rule: string): void => {
    if (!truth) broken.push(rule);
  };
  const rows = Object.values(byPath);
  const at = (path: string): Task | undefined => byPath[path.replace(/^root\//, '')];
  const pipeline = parsePipelineValue(bench.specOf(tasks) as never);
  for (const node of Object.values(workflow.status!.nodes!)) holds(isNodeCompleted(node.phase), `node ${node.name} ends`);
  for (const row of rows) holds(isFinalTaskState(row.state), `${row.path} ends`);
  holds(run.state === (rows.some(({ state }) => state === 'FAILED') ? 'FAILED' : 'SUCCEEDED'), `the run is ${run.state} as its tasks are`);
  const members = Map.groupBy(rows, ({ parentPath }) => parentPath);
  for (const row of rows.filter(({ kind }) => kind === 'dag')) {
    const states = (members.get(row.path) ?? []).map(({ state }) => state);
    if (row.state === 'SKIPPED') holds(states.every((state) => state === 'SKIPPED'), `nothing in ${row.path} ran`);
    // One that could not be entered says so itself.
    else if (row.message?.includes('root/') !== true) holds(row.state === (states.includes('FAILED') ? 'FAILED' : 'SUCCEEDED'), `${row.path} is ${row.state} as its tasks are`);
  }
  const inside = (path: string): Task[] => rows.filter((row) => row.kind === 'container' && (row.path === path || row.path.startsWith(`${path}/`) || row.path.startsWith(`${path}#`)));
  for (const row of rows.filter(({ path }) => iterationOf(path) === undefined)) {
    const { task } = locateTask(pipeline, row.path);
    const accepted = row.dependsOn.map((path) => dependencyRule(triggerStrategyOf(task), at(path)!.kind).includes(at(path)!.state));
    if (row.state === 'SKIPPED') holds(accepted.includes(false) || at(row.parentPath)?.state === 'SKIPPED' || task.triggerPolicy?.condition !== undefined, `${row.path} is left out for a reason`);
    else holds(accepted.every(Boolean), `${row.path} ran after what it accepts`);
    // Its own dependencies, and those of the DAGs around it.
    const start = began.get(row.id) ?? Infinity;
    for (let around: Task | undefined = row; around !== undefined; around = at(around.parentPath)) {
      for (const needed of around.dependsOn.flatMap(inside)) holds(start === Infinity || (ended.get(needed.id) ?? 0) < start, `${needed.path} ends before ${row.path} begins`);
    }
    const limit = task.iteratorPolicy?.parallelismLimit ?? 0;
    if (limit > 0) holds(mostAtOnce((members.get(row.path) ?? []).map(({ path }) => inside(path)), began, ended) <= limit, `${row.path} keeps its limit`);
  }
  return broken;
}

/** How many of some groups of tasks were at work at the same time. */
function mostAtOnce(groups: readonly (readonly Task[])[], began: Observed['began'], ended: Observed['ended']): number {
  const spans = groups.flatMap((tasks) => {
    const worked = tasks.filter(({ id }) => began.has(id));
    return worked.length === 0 ? [] : [{ from: Math.min(...worked.map(({ id }) => began.get(id)!)), to: Math.max(...worked.map(({ id }) => ended.get(id)!)) }];
  });
  return Math.max(0, ...spans.map(({ from }) => spans.filter((span) => span.from <= from && from <= span.to).length));
}

const summary = ({ tasks, states, run }: Finished) => ({ run: run.state, states, outputs: Object.fromEntries(Object.entries(tasks).map(([path, { outputs }]) => [path, outputs ?? {}])) });

describe('any pipeline', () => {
  it('keeps the rules, and gives the same in whatever order its processes end', async () => {
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(pipelines, fc.integer(), fc.integer(), async (tasks, one, other) => {
        const first = await observe(tasks, one);
        expect(brokenRules(tasks, first)).toEqual([]);
        for (const state of Object.values(first.states)) seen[state] = (seen[state] ?? 0) + 1;
        // Once with everything in the cache that may be: the values stay, only their origin changes.
        const second = await observe(tasks, other);
        expect(brokenRules(tasks, second)).toEqual([]);
        const uncached = (states: Finished['states']) => Object.fromEntries(Object.entries(states).map(([path, state]) => [path, state === 'CACHED' ? 'SUCCEEDED' : state]));
        expect({ ...summary(second), states: uncached(second.states) }).toEqual({ ...summary(first), states: uncached(first.states) });
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 60), ...(process.env['FUZZ_SEED'] !== undefined && { seed: Number(process.env['FUZZ_SEED']) }) },
    );
    // The pipelines drawn are worth the name: all of this happened.
    for (const state of ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CACHED']) expect(seen[state] ?? 0, state).toBeGreaterThan(0);
  }, 600_000);
});

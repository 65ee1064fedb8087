import { isNodeCompleted, type NodeStatus, type Template, type Workflow } from '@millrace/argo';
import type { FixtureCase, FixtureEvent, PodOutcome } from '@millrace/embedded-argo/testing';
import type { TaskSketch } from '../../../../apps/cli/src/language/testing/a-pipeline.js';
import { RunBench, type Script } from '../../../../apps/cli/src/language/testing/run-bench.js';

/** A pipeline, what its tasks come to, and whether it has run before, so that the cache knows it. */
interface PipelineCase {
  readonly name: string;
  readonly rule: string;
  readonly tasks: Readonly<Record<string, TaskSketch>>;
  readonly script?: Script;
  readonly ranBefore?: boolean;
}

const TEXT = { out: { out: 'STRING' } } as const;
const LIST = { out: { out: 'LIST' } } as const;
const STATUS = { types: { status: 'TASK_FINAL_STATUS' }, in: { status: { status: 'group' } } } as const;
const failing = (...names: readonly string[]): Script => ({ task }) => ({ fail: names.includes(task) });
const is = (face: string): string => `inputs.parameter_values['face'] == '${face}'`;
const optionalText = { parameterType: 'STRING', defaultValue: 'none', isOptional: true };
const branches: Readonly<Record<string, TaskSketch>> = {
  flip: TEXT,
  heads: { in: { face: 'flip.out' }, if: is('heads'), tasks: { say: { in: { face: '$face' }, ...TEXT } }, outputs: { out: 'say.out' } },
  tails: { in: { face: 'flip.out' }, if: `!(${is('heads')})`, tasks: { say: { in: { face: '$face' }, ...TEXT }, inner: { in: { face: '$face' }, tasks: { deep: {} } } }, outputs: { out: 'say.out' } },
  after: { after: ['heads', 'tails'], tolerant: true },
  next: { after: ['heads'] },
};

const PIPELINES: readonly PipelineCase[] = [
  { name: 'compiled-chain', rule: 'tasks that use what others made', tasks: { a: TEXT, b: { in: { text: 'a.out' }, ...TEXT }, c: { in: { text: 'b.out', other: 'a.out' } } } },
  { name: 'compiled-chain-failed', rule: 'what comes after a failure is not asked for', tasks: { a: TEXT, b: { in: { text: 'a.out' }, ...TEXT }, c: { in: { text: 'b.out' } }, d: { after: ['c'] } }, script: failing('a') },
  { name: 'compiled-condition', rule: 'one branch is entered, the other is not', tasks: branches, script: ({ task }) => (task === 'flip' ? { out: { out: 'heads' } } : undefined) },
  { name: 'compiled-condition-false', rule: 'the other branch', tasks: branches, script: ({ task }) => (task === 'flip' ? { out: { out: 'tails' } } : undefined) },
  { name: 'compiled-condition-on-task', rule: 'a condition on a task alone', tasks: { flip: TEXT, yes: { in: { face: 'flip.out' }, if: is('heads'), ...TEXT }, no: { in: { face: 'flip.out' }, if: is('tails') }, after: { after: ['yes'] }, never: { after: ['no'] } }, script: ({ task }) => (task === 'flip' ? { out: { out: 'heads' } } : undefined) },
  { name: 'compiled-condition-cached', rule: 'a task with a condition that the cache answers', ranBefore: true, tasks: { flip: TEXT, yes: { in: { face: 'flip.out' }, if: is('heads'), cached: true, ...TEXT }, no: { in: { face: 'flip.out' }, if: is('tails'), cached: true }, after: { after: ['yes'] } }, script: ({ task }) => (task === 'flip' ? { out: { out: 'heads' } } : undefined) },
  { name: 'compiled-oneof', rule: 'an output of whichever branch ran', tasks: { pick: { tasks: branches, outputs: { out: ['heads.out', 'tails.out'] } }, use: { in: { text: 'pick.out' } } }, script: ({ task }) => (task === 'flip' ? { out: { out: 'tails' } } : undefined) },
  { name: 'compiled-loop', rule: 'a loop over known items, two at a time', tasks: { loop: { each: { raw: ['a', 'b', 'c'], limit: 2 }, tasks: { say: { in: { text: '$item' }, ...TEXT }, next: { in: { text: 'say.out' } } } }, after: { after: ['loop'] } } },
  { name: 'compiled-loop-failed', rule: 'all iterations end though one failed', tasks: { loop: { each: { raw: ['a', 'b', 'c'], limit: 1 }, tasks: { say: { in: { text: '$item' } } } }, next: { after: ['loop'] }, tidy: { after: ['loop'], tolerant: true } }, script: ({ inputs }) => ({ fail: inputs['text'] === 'b' }) },
  { name: 'compiled-loop-dynamic', rule: 'a loop over what a task made, collected', tasks: { split: LIST, loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { say: { in: { text: '$item' }, ...TEXT } }, outputs: { out: 'say.out' } }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' } } }, script: ({ task, inputs }) => (task === 'split' ? { out: { out: ['x', 'y"', '{{z}}'] } } : task === 'say' ? { out: { out: inputs['text']! } } : undefined) },
  { name: 'compiled-loop-dynamic-empty', rule: 'a loop over an empty list that a task made', tasks: { split: LIST, loop: { in: { list: 'split.out' }, types: { list: 'LIST' }, each: { input: 'list' }, tasks: { say: { in: { text: '$item' }, ...TEXT } }, outputs: { out: 'say.out' } }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' } } }, script: ({ task }) => (task === 'split' ? { out: { out: [] } } : undefined) },
  { name: 'compiled-loop-empty', rule: 'a loop over no items', tasks: { loop: { each: { raw: [] }, tasks: { say: { in: { text: '$item' } } } }, after: { after: ['loop'] } } },
  { name: 'compiled-loop-nested', rule: 'a loop in a loop, over parts of the outer items, one of them empty', tasks: { outer: { each: { raw: [['a', 'b'], [], ['c']], item: 'row' }, types: { row: 'LIST' }, tasks: { inner: { in: { row: '$row' }, types: { row: 'LIST' }, each: { input: 'row' }, tasks: { say: { in: { text: '$item' }, ...TEXT } }, outputs: { out: 'say.out' } } }, outputs: { out: 'inner.out' } }, all: { in: { list: 'outer.out' }, types: { list: 'LIST' } } } },
  { name: 'compiled-loop-of-conditions', rule: 'a condition in each iteration', tasks: { loop: { each: { raw: ['heads', 'tails'] }, tasks: { maybe: { in: { face: '$item' }, if: is('heads'), tasks: { say: { in: { face: '$face' }, ...TEXT } }, outputs: { out: 'say.out' } } }, outputs: { out: 'maybe.out' } }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' } } } },
  { name: 'compiled-loop-cached', rule: 'iterations that the cache answers', ranBefore: true, tasks: { loop: { each: { raw: ['a', 'b'] }, tasks: { say: { in: { text: '$item' }, cached: true, ...TEXT } }, outputs: { out: 'say.out' } }, all: { in: { list: 'loop.out' }, types: { list: 'LIST' } } } },
  { name: 'compiled-cached', rule: 'tasks that the cache answers, before and after others', ranBefore: true, tasks: { a: { ...TEXT, cached: true }, b: { in: { text: 'a.out' }, cached: true, ...TEXT }, c: { in: { text: 'b.out' }, ...TEXT }, d: { in: { text: 'c.out' }, cached: true }, e: { after: ['d'] } } },
  { name: 'compiled-all-cached', rule: 'a run that the cache answers whole', ranBefore: true, tasks: { a: { ...TEXT, cached: true }, b: { in: { text: 'a.out' }, cached: true, ...TEXT }, part: { in: { text: 'b.out' }, tasks: { c: { in: { text: '$text' }, cached: true } } } } },
  { name: 'compiled-exit', rule: 'an exit task after a group that succeeded', tasks: { group: { tasks: { work: TEXT, more: { after: ['work'] } } }, exit: { ...STATUS, after: ['group'], tolerant: true } } },
  { name: 'compiled-exit-failed', rule: 'an exit task after a group that failed; the run has failed', tasks: { group: { tasks: { work: TEXT, more: { after: ['work'] } } }, exit: { ...STATUS, after: ['group'], tolerant: true } }, script: failing('work') },
  { name: 'compiled-exit-itself-fails', rule: 'an exit task that fails', tasks: { group: { tasks: { work: TEXT } }, exit: { ...STATUS, after: ['group'], tolerant: true } }, script: failing('exit') },
  { name: 'compiled-tolerant', rule: 'tasks that go on after a failure, several on one and in mid-chain', tasks: { bad: TEXT, one: { in: { text: 'bad.out' }, types: { text: optionalText }, tolerant: true, ...TEXT }, two: { after: ['bad'], tolerant: true }, strict: { in: { text: 'bad.out' } }, next: { in: { text: 'one.out' } }, end: { after: ['strict'], tolerant: true } }, script: failing('bad') },
  { name: 'compiled-no-input', rule: 'a task whose input nobody made fails at its gate', tasks: { bad: TEXT, one: { in: { text: 'bad.out' }, tolerant: true }, next: { after: ['one'] } }, script: failing('bad') },
  { name: 'compiled-retry', rule: 'a task that is tried again, behind a gate', tasks: { a: TEXT, b: { in: { text: 'a.out' }, retries: 2 }, c: { after: ['b'] } }, script: failing('b') },
  { name: 'compiled-deep', rule: 'pipelines in pipelines with an output that comes up', tasks: { one: { tasks: { two: { tasks: { say: TEXT }, outputs: { out: 'say.out' } } }, outputs: { out: 'two.out' } }, use: { in: { text: 'one.out' } } } },
  { name: 'compiled-odd-names', rule: 'tasks that are called like words of the expression language', tasks: { in: TEXT, matches: { after: ['in'] }, true: { after: ['matches'] }, filter: { after: ['true'], ...TEXT }, let: { in: { text: 'filter.out' } }, not: { after: ['let'], tolerant: true } } },
];

/** What the compiler emits for some pipelines, and what the run controller answers to the gates of a run. */
export async function compiledCases(): Promise<readonly FixtureCase[]> {
  const cases: FixtureCase[] = [];
  for (const { name, rule, tasks, script, ranBefore } of PIPELINES) {
    const bench = await RunBench.open();
    try {
      if (ranBefore === true) await bench.run(tasks, { script });
      const answered: string[] = [];
      const watch = bench.argo.store.watch('Workflow', { namespace: 'team' }, ({ object }) => {
        for (const node of Object.values((object as Workflow).status?.nodes ?? {})) if (node.type === 'Suspend' && isNodeCompleted(node.phase) && !answered.includes(node.name)) answered.push(node.name);
      });
      const { workflow } = await bench.run(tasks, { script });
      watch.close();
      cases.push(asCase({ name, rule }, workflow, answered.filter((node) => node.startsWith(workflow.metadata.name!)), bench.folder));
    } finally {
      await bench.close();
    }
  }
  return cases;
}

function asCase({ name, rule }: Pick<FixtureCase, 'name' | 'rule'>, workflow: Workflow, answered: readonly string[], folder: string): FixtureCase {
  const nodes = Object.values(workflow.status?.nodes ?? {});
  const called = (node: string): string => name + node.slice(workflow.metadata.name!.length);
  const events = answered.map((gate): FixtureEvent => answerIn(nodes.find((node) => node.name === gate)!, called(gate)));
  const pods = Object.fromEntries(nodes.filter(({ type }) => type === 'Pod').map((node) => [called(node.name), outcomeIn(node)]));
  const { templates, ...spec } = workflow.spec;
  const { ttlStrategy: _ttl, serviceAccountName: _account, ...kept } = spec;
  const recipe: FixtureCase = { name, rule, pods, events, workflow: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name }, spec: { ...kept, templates: templates!.map(withoutHostFolders) } } };
  return withoutChance(recipe, folder);
}

function answerIn({ phase, message, outputs }: NodeStatus, gate: string): FixtureEvent {
  const given = Object.fromEntries((outputs?.parameters ?? []).filter(({ value }) => value !== undefined).map((parameter) => [parameter.name, parameter.value!]));
  return { answer: gate, phase: phase!, ...(message !== undefined && { message }), outputs: given };
}

function outcomeIn({ outputs }: NodeStatus): PodOutcome {
  const written = (outputs?.parameters ?? []).filter(({ value, valueFrom }) => value !== valueFrom?.default && valueFrom?.path !== undefined);
  const files = Object.fromEntries(written.map(({ value, valueFrom }) => [valueFrom!.path!, value!]));
  return { ...(outputs?.exitCode !== '0' && { exitCode: Number(outputs?.exitCode ?? 1) }), ...(written.length > 0 && { files }) };
}

/** Folders of this machine become folders of the pod. */
function withoutHostFolders(template: Template): Template {
  return { ...template, ...(template.volumes !== undefined && { volumes: template.volumes.map(({ name }) => ({ name, emptyDir: {} })) }) };
}

/** The same text each time: no ids that were drawn, no folder of this machine. */
function withoutChance(recipe: FixtureCase, folder: string): FixtureCase {
  const ids = new Map<string, string>();
  const text = JSON.stringify(recipe)
    .replaceAll(folder, '/millrace')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? (ids.set(id, `id-${ids.size + 1}`), ids.get(id)!));
  return JSON.parse(text) as FixtureCase;
}

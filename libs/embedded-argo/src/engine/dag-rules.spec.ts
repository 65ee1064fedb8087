import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DAGTask, Template } from '@millrace/argo';
import { aDag, aGate, aPod, aWorkflow } from '../testing/workflow-builder.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import type { FakeOutcome } from '../testing/fake-executor.js';

const FAIL: FakeOutcome = { exitCode: 1 };
const ERROR: FakeOutcome = { reason: 'lost' };

const task = (name: string, rest: Partial<DAGTask> = {}): DAGTask => ({ name, template: name, ...rest });

/** One row: tasks (each a pod of its own name), what their attempts come to, and the phases that Argo gives. */
interface Rule {
  readonly rule: string;
  readonly tasks: readonly DAGTask[];
  readonly dag?: Parameters<typeof aDag>[2];
  readonly outcomes?: Readonly<Record<string, FakeOutcome>>;
  readonly phases: Readonly<Record<string, string>>;
  readonly workflow: string;
}

const ALL = '(a.Succeeded || a.Failed || a.Errored || a.Skipped || a.Omitted)';

const RULES: readonly Rule[] = [
  { rule: 'a bare name waits for success', tasks: [task('a'), task('b', { depends: 'a' })], phases: { a: 'Succeeded', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a bare name accepts a skipped task', tasks: [task('a', { when: 'no == yes' }), task('b', { depends: 'a' })], phases: { a: 'Skipped', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: '.Succeeded does not accept a skipped task', tasks: [task('a', { when: 'no == yes' }), task('b', { depends: 'a.Succeeded' })], phases: { a: 'Skipped', b: 'Omitted' }, workflow: 'Succeeded' },
  { rule: 'a failure omits what depends on it, and that what depends on that', tasks: [task('a'), task('b', { depends: 'a' }), task('c', { depends: 'b' })], outcomes: { a: FAIL }, phases: { a: 'Failed', b: 'Omitted', c: 'Omitted' }, workflow: 'Failed' },
  { rule: 'dependencies mean the same as bare names', tasks: [task('a'), task('b', { dependencies: ['a'] })], outcomes: { a: FAIL }, phases: { a: 'Failed', b: 'Omitted' }, workflow: 'Failed' },
  { rule: '.Failed runs after a failure', tasks: [task('a'), task('b', { depends: 'a.Failed' })], outcomes: { a: FAIL }, phases: { a: 'Failed', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: '.Failed does not run after a success', tasks: [task('a'), task('b', { depends: 'a.Failed' })], phases: { a: 'Succeeded', b: 'Omitted' }, workflow: 'Succeeded' },
  { rule: '.Errored tells an error from a failure', tasks: [task('a'), task('b', { depends: 'a.Errored' }), task('c', { depends: 'a.Failed' })], outcomes: { a: ERROR }, phases: { a: 'Error', b: 'Succeeded', c: 'Omitted' }, workflow: 'Error' },
  { rule: '.Omitted sees a task that was not triggered', tasks: [task('a'), task('b', { depends: 'a.Failed' }), task('c', { depends: 'b.Omitted' })], phases: { a: 'Succeeded', b: 'Omitted', c: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'not, and, or with parentheses', tasks: [task('a'), task('b'), task('c', { depends: '!a.Failed && (b.Failed || b.Succeeded)' })], outcomes: { b: FAIL }, phases: { a: 'Succeeded', b: 'Failed', c: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'names with dashes', tasks: [task('a-1'), task('b', { depends: 'a-1.Succeeded && !a-1.Failed' })], phases: { 'a-1': 'Succeeded', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a tolerated failure does not fail a DAG whose targets are its leaves', tasks: [task('a'), task('exit', { depends: ALL })], outcomes: { a: FAIL }, phases: { a: 'Failed', exit: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'an explicit target keeps the failure although the exit task ran', dag: { target: 'a exit', failFast: false }, tasks: [task('a'), task('exit', { depends: ALL })], outcomes: { a: FAIL }, phases: { a: 'Failed', exit: 'Succeeded' }, workflow: 'Failed' },
  { rule: 'a tolerant task in mid-chain lets the rest run, and the run fails', dag: { target: 'a c', failFast: false }, tasks: [task('a'), task('b', { depends: ALL }), task('c', { depends: 'b' })], outcomes: { a: FAIL }, phases: { a: 'Failed', b: 'Succeeded', c: 'Succeeded' }, workflow: 'Failed' },
  { rule: 'what no target needs is not executed', dag: { target: 'a' }, tasks: [task('a'), task('b', { depends: 'a' }), task('c')], phases: { a: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'an omitted target takes the phase of its branch, failures first', tasks: [task('a'), task('b'), task('c', { depends: 'a && b' })], outcomes: { b: FAIL }, phases: { a: 'Succeeded', b: 'Failed', c: 'Omitted' }, workflow: 'Failed' },
  { rule: 'continueOn forgives a failure of a dependency and of a target', tasks: [task('a', { continueOn: { failed: true } }), task('b', { dependencies: ['a'] }), task('c', { continueOn: { failed: true } })], outcomes: { a: FAIL, c: FAIL }, phases: { a: 'Failed', b: 'Succeeded', c: 'Failed' }, workflow: 'Succeeded' },
  { rule: 'siblings of a failure go on, whatever failFast says', dag: { failFast: true }, tasks: [task('a'), task('b'), task('c', { depends: 'b' })], outcomes: { a: FAIL }, phases: { a: 'Failed', b: 'Succeeded', c: 'Succeeded' }, workflow: 'Failed' },
  { rule: 'a when that is no expression is an error of its task', tasks: [task('a', { when: 'x y z' })], phases: { a: 'Error' }, workflow: 'Error' },
];

describe('DAG rules', () => {
  let argo: ScriptedArgo;
  let outcomes: Readonly<Record<string, FakeOutcome>>;
  beforeEach(async () => {
    outcomes = {};
    argo = await openScriptedArgo({ outcome: ({ image }) => outcomes[image] ?? {} });
  });
  afterEach(() => argo.close());

  const phases = async (): Promise<Record<string, string>> =>
    Object.fromEntries(Object.values(await argo.nodes()).map((node) => [node.displayName!, node.phase!]));

  it.each(RULES)('$rule', async ({ tasks, dag, outcomes: scripted = {}, phases: expected, workflow }) => {
    outcomes = scripted;
    await argo.submit(aWorkflow([aDag('root', tasks, dag), ...tasks.map(({ name }) => aPod(name))]));
    const { status } = await argo.finished();
    expect(await phases()).toEqual({ ...expected, wf: workflow });
    expect(status?.phase).toBe(workflow);
  });

  it('runs a chain in order and links each node to the next', async () => {
    await argo.submit(aWorkflow([aDag('root', [task('a'), task('b', { depends: 'a' })]), aPod('a'), aPod('b')]));
    const { status, metadata } = await argo.finished();
    const { wf, a, b } = await argo.nodes();
    expect(status).toMatchObject({ phase: 'Succeeded', progress: '2/2' });
    expect(metadata.labels).toEqual({ 'workflows.argoproj.io/phase': 'Succeeded', 'workflows.argoproj.io/completed': 'true' });
    expect(wf).toMatchObject({ id: 'wf', type: 'DAG', phase: 'Succeeded', children: [a!.id], outboundNodes: [b!.id], templateName: 'root', templateScope: 'local/wf' });
    expect(a).toMatchObject({ name: 'wf.a', type: 'Pod', boundaryID: 'wf', children: [b!.id], progress: '1/1', outputs: { exitCode: '0' } });
    expect(argo.executor.machine.begun.map((id) => id.split('/')[1])).toEqual([a!.id, b!.id]);
  });

  it('says what ended a task in the words that Argo uses', async () => {
    outcomes = { a: { exitCode: 3 }, b: { reason: 'deadline', exitCode: 143 }, c: { reason: 'refused', message: 'no shell' } };
    const tasks = [task('a'), task('b'), task('c'), task('d', { depends: 'a' }), task('e', { when: '1 > 2' })];
    await argo.submit(aWorkflow([aDag('root', tasks), ...tasks.map(({ name }) => aPod(name))]));
    await argo.finished();
    const nodes = await argo.nodes();
    expect(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, `${nodes[name]!.phase}: ${nodes[name]!.message}`]))).toEqual({
      a: 'Failed: main: Error (exit code 3)',
      b: 'Failed: Pod was active on the node longer than the specified deadline',
      c: 'Error: no shell',
      d: 'Omitted: omitted: depends condition not met',
      e: "Skipped: when '1 > 2' evaluated false",
    });
  });

  describe('gates', () => {
    const gated: readonly Template[] = [
      aDag('root', [
        { name: 'x-gate', template: 'gate' },
        { name: 'x', template: 'x', depends: 'x-gate.Succeeded', when: '{{tasks.x-gate.outputs.parameters.run}} == true' },
        { name: 'y', template: 'y', depends: 'x.Succeeded || x.Skipped' },
      ], { failFast: false }),
      aGate(), aPod('x'), aPod('y'),
    ];

    it('a gate runs until it is answered', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      const nodes = await argo.nodes();
      expect(nodes['x-gate']).toMatchObject({ type: 'Suspend', phase: 'Running', outputs: { parameters: [{ name: 'run', valueFrom: { supplied: {} } }] } });
      expect(nodes['x']).toBeUndefined();
    });

    it('run=true starts the pod behind it', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      await argo.answer('x-gate', { run: 'true' });
      await argo.finished();
      expect(await phases()).toEqual({ wf: 'Succeeded', 'x-gate': 'Succeeded', x: 'Succeeded', y: 'Succeeded' });
    });

    it('run=false skips the pod, and what accepts a skipped task runs', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      await argo.answer('x-gate', { run: 'false' });
      await argo.finished();
      expect(await phases()).toEqual({ wf: 'Succeeded', 'x-gate': 'Succeeded', x: 'Skipped', y: 'Succeeded' });
      expect((await argo.nodes())['x']!.message).toBe("when 'false == true' evaluated false");
    });

    it('a failed gate omits what is behind it and fails the run', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      await argo.answer('x-gate', {}, 'Failed');
      await argo.finished();
      expect(await phases()).toEqual({ wf: 'Failed', 'x-gate': 'Failed', x: 'Omitted', y: 'Omitted' });
    });

    it('a gate answered Skipped omits its pod without failing the run', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      await argo.answer('x-gate', {}, 'Skipped');
      await argo.finished();
      expect(await phases()).toEqual({ wf: 'Succeeded', 'x-gate': 'Skipped', x: 'Omitted', y: 'Omitted' });
    });

    it('an output that an answer left out is an error of the task that uses it', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      await argo.answer('x-gate', {});
      await argo.finished();
      expect((await argo.nodes())['x']).toMatchObject({ type: 'Skipped', phase: 'Error', message: 'failed to resolve {{tasks.x-gate.outputs.parameters.run}}' });
    });

    it('a conditional DAG answered run=false is skipped as a whole and what needs it is omitted', async () => {
      const tasks = [
        { name: 's-gate', template: 'gate' },
        { name: 's', template: 'sub', depends: 's-gate.Succeeded', when: '{{tasks.s-gate.outputs.parameters.run}} == true' },
        { name: 'after', template: 'x', depends: 's.Succeeded' },
      ];
      await argo.submit(aWorkflow([aDag('root', tasks), aGate(), aDag('sub', [task('x')]), aPod('x')]));
      await argo.settled();
      await argo.answer('s-gate', { run: 'false' });
      await argo.finished();
      expect(await phases()).toEqual({ wf: 'Succeeded', 's-gate': 'Succeeded', s: 'Skipped', after: 'Omitted' });
    });

    it('a gate with a duration takes its defaults when nobody answers', async () => {
      const gate: Template = { ...aGate(), suspend: { duration: '30' }, outputs: { parameters: [{ name: 'run', valueFrom: { supplied: {}, default: 'true' } }] } };
      await argo.submit(aWorkflow([gated[0]!, gate, aPod('x'), aPod('y')]));
      await argo.settled();
      argo.clock.advance(30_000);
      await argo.finished();
      expect((await argo.nodes())['x-gate']!.outputs).toEqual({ parameters: [{ name: 'run', value: 'true' }] });
      expect((await phases())['x']).toBe('Succeeded');
    });

    it('refuses to answer what is no gate, and a gate twice', async () => {
      await argo.submit(aWorkflow(gated));
      await argo.settled();
      const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
      await expect(argo.answer('wf', {})).rejects.toEqual(refused);
      await argo.answer('x-gate', { run: 'false' });
      await expect(argo.answer('x-gate', { run: 'true' })).rejects.toEqual(refused);
    });
  });

  it('a run in which everything is skipped ends without a pod', async () => {
    const tasks = ['a', 'b', 'c'].map((name, index) => task(name, { when: 'cached == run', ...(index > 0 ? { depends: 'a.Succeeded || a.Skipped' } : {}) }));
    await argo.submit(aWorkflow([aDag('root', tasks), ...tasks.map(({ name }) => aPod(name))]));
    expect((await argo.finished()).status?.phase).toBe('Succeeded');
    expect(argo.executor.machine.begun).toEqual([]);
  });

  it('a template may call itself, and ends in an error when it never stops', async () => {
    const tasks = [{ name: 'again', template: 'root', arguments: { parameters: [{ name: 'n', value: '{{inputs.parameters.n}}' }] } }];
    await argo.submit(aWorkflow([aDag('root', tasks, { inputs: { parameters: [{ name: 'n', default: '1' }] } })]));
    const { status } = await argo.finished();
    const nodes = Object.values(status!.nodes!);
    expect(status?.phase).toBe('Error');
    expect(nodes.length).toBeGreaterThan(90);
    expect(nodes.find(({ type }) => type === 'Skipped')!.message).toMatch(/Maximum recursion depth exceeded/);
  });

  it('nested DAGs pass outputs on and hang successors behind their last nodes', async () => {
    outcomes = { x: { files: { '/out/value': 'hello\n' } } };
    const x = aPod('x', { outputs: { parameters: [{ name: 'value', valueFrom: { path: '/out/value' } }] } });
    const inner = aDag('inner', [task('x')], { outputs: { parameters: [{ name: 'v', valueFrom: { parameter: '{{tasks.x.outputs.parameters.value}}' } }] } });
    const y = aPod('y', { inputs: { parameters: [{ name: 'in' }] } });
    const tasks = [{ name: 'd', template: 'inner' }, task('y', { depends: 'd', arguments: { parameters: [{ name: 'in', value: 'got {{tasks.d.outputs.parameters.v}}' }] } })];
    await argo.submit(aWorkflow([aDag('root', tasks), inner, x, y]));
    await argo.finished();
    const nodes = await argo.nodes();
    expect(nodes['d']).toMatchObject({ type: 'DAG', outputs: { parameters: [{ name: 'v', value: 'hello' }] }, outboundNodes: [nodes['x']!.id] });
    expect(nodes['x']).toMatchObject({ name: 'wf.d.x', boundaryID: nodes['d']!.id, children: [nodes['y']!.id] });
    expect(nodes['y']!.inputs).toEqual({ parameters: [{ name: 'in', value: 'got hello' }] });
    expect(nodes['wf']!.outboundNodes).toEqual([nodes['y']!.id]);
  });

  describe('outputs of tasks that did not run', () => {
    const producer = (fallback?: string): Template =>
      aPod('p', { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/out/o', ...(fallback === undefined ? {} : { default: fallback }) } }] } });
    const consumer = (value?: string): Template => aPod('c', { inputs: { parameters: [{ name: 'i', ...(value === undefined ? {} : { default: value }) }] } });
    const tasks = (value: string): DAGTask[] => [
      task('p', { when: '1 == 2' }),
      task('c', { depends: 'p', arguments: { parameters: [{ name: 'i', value }] } }),
    ];
    const submit = async (value: string, producerDefault?: string, consumerDefault?: string) => {
      await argo.submit(aWorkflow([aDag('root', tasks(value)), producer(producerDefault), consumer(consumerDefault)]));
      await argo.finished();
      return (await argo.nodes())['c']!;
    };
    const REF = '{{tasks.p.outputs.parameters.o}}';

    it('are their declared defaults', async () => expect((await submit(`<${REF}>`, 'd')).inputs?.parameters?.[0]?.value).toBe('<d>'));
    it('are as if not given when nothing else is in the argument', async () => expect((await submit(REF, undefined, 'mine')).inputs?.parameters?.[0]?.value).toBe('mine'));
    it('are an error when the input has no default either', async () => {
      expect(await submit(REF)).toMatchObject({ phase: 'Error', message: "task 'wf.c' errored: inputs.parameters.i: argument references an absent optional (skipped/omitted node output with no default)" });
    });
    it('are an error inside a longer argument', async () => {
      expect(await submit(`<${REF}>`, undefined, 'mine')).toMatchObject({ phase: 'Error', message: `unable to substitute ${REF}: output is an absent optional (skipped/omitted node with no default)` });
    });
  });

  describe('loops', () => {
    const loop = (rest: Partial<DAGTask>, parallelism?: number): readonly Template[] => [
      aDag('root', [task('loop', { template: 'loop' }), task('after', { depends: 'loop' })]),
      aDag('loop', [task('it', { template: 'body', arguments: { parameters: [{ name: 'i', value: '{{item}}' }] }, ...rest })], parallelism === undefined ? {} : { parallelism }),
      aPod('body', { inputs: { parameters: [{ name: 'i' }] }, container: { image: 'body', command: ['run'], args: ['{{inputs.parameters.i}}'] } }),
      aPod('after'),
    ];

    it('makes a group with a node for each item, named as in Argo', async () => {
      await argo.submit(aWorkflow(loop({ withParam: '[0,"b",{"k":"v"}]' })));
      await argo.finished();
      const nodes = await argo.nodes();
      expect(nodes['it']).toMatchObject({ type: 'TaskGroup', phase: 'Succeeded' });
      expect(Object.keys(nodes).filter((name) => name.startsWith('it('))).toEqual(['it(0:0)', 'it(1:b)', 'it(2:k:v)']);
      expect(nodes['it(0:0)']!.children).toEqual([nodes['after']!.id]);
      expect([...argo.executor.machine.attempts.values()].map(({ spec }) => spec.args[0])).toEqual(['0', 'b', '{"k":"v"}', undefined]);
    });

    it('honours the limit of iterations', async () => {
      let most = 0;
      const held = await openScriptedArgo({ outcome: () => ({ hold: true }) });
      await held.submit(aWorkflow(loop({ withSequence: { count: '4' } }, 2)));
      for (let turn = 0; turn < 5; turn += 1) {
        await held.settled();
        most = Math.max(most, held.executor.running().length);
        for (const id of held.executor.running().slice(0, 1)) held.executor.finish(id);
      }
      await held.finished();
      expect(most).toBe(2);
      await held.close();
    });

    it('an empty list succeeds', async () => {
      await argo.submit(aWorkflow(loop({ withParam: '[]' })));
      await argo.finished();
      expect(await phases()).toMatchObject({ it: 'Skipped', loop: 'Succeeded', after: 'Succeeded' });
    });

    it('failing iterations do not stop the others', async () => {
      outcomes = { body: FAIL };
      await argo.submit(aWorkflow(loop({ withItems: ['a', 'b', 'c'] as unknown as DAGTask['withItems'] }, 1)));
      await argo.finished();
      expect(argo.executor.machine.begun).toHaveLength(3);
      expect(await phases()).toMatchObject({ it: 'Failed', loop: 'Failed', after: 'Omitted', wf: 'Failed' });
    });
  });
});

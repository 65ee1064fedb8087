import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DAGTask, Template } from '@millrace/argo';
import type { FakeOutcome } from '../testing/fake-executor.js';
import { openScriptedArgo, type ScriptedArgo } from '../testing/scripted-argo.js';
import { aDag, aGate, aPod, aStepsTemplate, aWorkflow } from '../testing/workflow-builder.js';

const FAIL: FakeOutcome = { exitCode: 1 };
const step = (name: string, rest: Partial<DAGTask> = {}): DAGTask => ({ name, template: name, ...rest });

interface Rule {
  readonly rule: string;
  readonly groups: readonly (readonly DAGTask[])[];
  readonly outcomes?: Readonly<Record<string, FakeOutcome>>;
  readonly phases: Readonly<Record<string, string>>;
  readonly workflow: string;
}

const RULES: readonly Rule[] = [
  { rule: 'groups run one after the other', groups: [[step('a'), step('b')], [step('c')]], phases: { '[0]': 'Succeeded', a: 'Succeeded', b: 'Succeeded', '[1]': 'Succeeded', c: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a failed step ends its group when the others have ended, and nothing follows', groups: [[step('a'), step('b')], [step('c')]], outcomes: { a: FAIL }, phases: { '[0]': 'Failed', a: 'Failed', b: 'Succeeded' }, workflow: 'Failed' },
  { rule: 'continueOn forgives a failed step', groups: [[step('a', { continueOn: { failed: true } })], [step('b')]], outcomes: { a: FAIL }, phases: { '[0]': 'Succeeded', a: 'Failed', '[1]': 'Succeeded', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'continueOn failed does not forgive an error', groups: [[step('a', { continueOn: { failed: true } })], [step('b')]], outcomes: { a: { reason: 'lost' } }, phases: { '[0]': 'Failed', a: 'Error' }, workflow: 'Failed' },
  { rule: 'a step whose condition is false is skipped', groups: [[step('a', { when: '1 > 2' })], [step('b')]], phases: { '[0]': 'Succeeded', a: 'Skipped', '[1]': 'Succeeded', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a condition that is none is an error of the group, and none of its steps begins', groups: [[step('a', { when: 'x y' }), step('b')]], phases: { '[0]': 'Error' }, workflow: 'Failed' },
  { rule: 'a condition on an item that is none is an error of that step and of its group', groups: [[step('a', { when: '{{item}} y', withParam: '["x"]' })], [step('b')]], phases: { '[0]': 'Error', 'a(0:x)': 'Error' }, workflow: 'Failed' },
  { rule: 'items of a step are children of its group', groups: [[step('a', { withParam: '["x","y"]' })]], phases: { '[0]': 'Succeeded', 'a(0:x)': 'Succeeded', 'a(1:y)': 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a step over an empty list is skipped', groups: [[step('a', { withParam: '[]' })], [step('b')]], phases: { '[0]': 'Succeeded', a: 'Skipped', '[1]': 'Succeeded', b: 'Succeeded' }, workflow: 'Succeeded' },
  { rule: 'a list that is none is an error of the group', groups: [[step('a', { withParam: '{}' })], [step('b')]], phases: { '[0]': 'Error' }, workflow: 'Failed' },
];

describe('steps', () => {
  let argo: ScriptedArgo;
  let outcomes: Readonly<Record<string, FakeOutcome>>;
  beforeEach(async () => {
    outcomes = {};
    argo = await openScriptedArgo({ outcome: ({ image }) => outcomes[image] ?? {} });
  });
  afterEach(() => argo.close());

  it.each(RULES)('$rule', async ({ groups, outcomes: scripted = {}, phases, workflow }) => {
    outcomes = scripted;
    await argo.submit(aWorkflow([aStepsTemplate('root', groups), ...['a', 'b', 'c'].map((name) => aPod(name))]));
    const { status } = await argo.finished();
    const nodes = Object.values(await argo.nodes());
    expect(Object.fromEntries(nodes.map((node) => [node.displayName!, node.phase!]))).toEqual({ ...phases, wf: workflow });
    expect(status?.phase).toBe(workflow);
  });

  it('makes the nodes that Argo makes: groups behind the ends of the group before', async () => {
    await argo.submit(aWorkflow([aStepsTemplate('root', [[step('a'), step('b')], [step('c')]]), aPod('a'), aPod('b'), aPod('c')]));
    await argo.finished();
    const { wf, '[0]': first, '[1]': second, a, b, c } = await argo.nodes();
    expect(wf).toMatchObject({ type: 'Steps', children: [first!.id], outboundNodes: [c!.id] });
    expect(first).toMatchObject({ type: 'StepGroup', name: 'wf[0]', boundaryID: 'wf', children: [a!.id, b!.id] });
    expect(first!.templateName).toBeUndefined();
    expect([a!.children, b!.children]).toEqual([[second!.id], [second!.id]]);
    expect(c).toMatchObject({ name: 'wf[1].c', boundaryID: 'wf' });
  });

  it('speaks of a failed step in the words of Argo', async () => {
    outcomes = { a: FAIL };
    await argo.submit(aWorkflow([aStepsTemplate('root', [[step('a')]]), aPod('a')]));
    const { status } = await argo.finished();
    const { a, '[0]': group } = await argo.nodes();
    expect([group!.message, status?.message]).toEqual([`child '${a!.id}' failed`, `child '${a!.id}' failed`]);
  });

  it('passes outputs of earlier groups on, those of items as a list', async () => {
    const output = { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/out/o' } }] } };
    outcomes = { a: { files: { '/out/o': 'one\n' } }, it: { files: { '/out/o': '{"k":1}' } } };
    const inputs = { parameters: [{ name: 'i' }] };
    const take = (value: string): DAGTask['arguments'] => ({ parameters: [{ name: 'i', value }] });
    await argo.submit(aWorkflow([
      aStepsTemplate('root', [
        [step('a'), step('it', { withSequence: { count: '2' } })],
        [step('b', { arguments: take('{{steps.a.outputs.parameters.o}} {{steps.it.outputs.parameters.o}} {{steps.a.status}}') })],
      ], { outputs: { parameters: [{ name: 'last', valueFrom: { parameter: '{{steps.b.outputs.parameters.o}}' } }] } }),
      aPod('a', output), aPod('it', output),
      aPod('b', { inputs, outputs: { parameters: [{ name: 'o', valueFrom: { path: '/out/none', default: 'dflt' } }] } }),
    ]));
    await argo.finished();
    const nodes = await argo.nodes();
    expect(nodes['b']!.inputs?.parameters?.[0]?.value).toBe('one [{"k":1},{"k":1}] Succeeded');
    expect(nodes['wf']!.outputs?.parameters).toEqual([{ name: 'last', value: 'dflt' }]);
  });

  it('nest in each other and in DAGs, gates and retries included', async () => {
    outcomes = { a: FAIL };
    const templates: readonly Template[] = [
      aDag('root', [{ name: 's', template: 'outer' }, step('after', { depends: 's' })]),
      aStepsTemplate('outer', [[{ name: 'in', template: 'inner' }], [step('gate')], [step('b')]]),
      aStepsTemplate('inner', [[step('a', { continueOn: { failed: true } })]]),
      aPod('a', { retryStrategy: { limit: '1' } }), aPod('b'), aPod('after'), aGate(),
    ];
    await argo.submit(aWorkflow(templates));
    await argo.settled();
    await argo.answer('gate', { run: 'true' });
    await argo.finished();
    const nodes = await argo.nodes();
    expect(nodes['wf']!.phase).toBe('Succeeded');
    expect(nodes['a(1)']).toMatchObject({ name: 'wf.s[0].in[0].a(1)', phase: 'Failed' });
    expect(nodes['b']!.children).toEqual([nodes['after']!.id]);
  });

  it('keep to their limit', async () => {
    const held = await openScriptedArgo({ outcome: () => ({ hold: true }) });
    await held.submit(aWorkflow([aStepsTemplate('root', [[step('a', { withSequence: { count: '4' } })]], { parallelism: 2 }), aPod('a')]));
    for (let turn = 0; turn < 4; turn += 1) {
      await held.settled();
      expect(held.executor.running().length).toBeLessThanOrEqual(2);
      held.executor.finish(held.executor.running()[0] ?? '');
    }
    await held.finished();
    expect(held.executor.machine.begun).toHaveLength(4);
    await held.close();
  });

  it('end with a shutdown', async () => {
    const held = await openScriptedArgo({ outcome: () => ({ hold: true }) });
    await held.submit(aWorkflow([aStepsTemplate('root', [[step('a'), step('b')], [step('c')]]), aPod('a'), aPod('b'), aPod('c')]));
    await held.settled();
    const { metadata } = await held.read();
    await held.store.patch('Workflow', { namespace: 'ns', name: 'wf' }, { metadata: { resourceVersion: metadata.resourceVersion }, spec: { shutdown: 'Stop' } });
    expect((await held.finished()).status).toMatchObject({ phase: 'Failed', message: "Stopped with strategy 'Stop'" });
    await held.settled();
    expect(Object.values(await held.nodes()).filter(({ phase }) => phase === 'Running' || phase === 'Pending')).toEqual([]);
    await held.close();
  });

  it('may call a template that is written in place', async () => {
    await argo.submit(aWorkflow([aStepsTemplate('root', [[{ name: 'a', inline: { container: { image: 'x', command: ['run'], args: ['{{steps.name}}'] } } }]])]));
    await argo.finished();
    expect([...argo.executor.machine.attempts.values()][0]!.spec.args).toEqual(['a']);
    expect((await argo.nodes())['a']).toMatchObject({ type: 'Pod', templateName: 'root.a' });
  });
});

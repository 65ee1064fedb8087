import type { DAGTask, Template } from '@millrace/argo';
import { aDag, aGate, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, aCase, given, leaves, left, nothing, takes, task } from './a-case.js';

const from = (name: string, parameter: string): Partial<Template> => ({ outputs: { parameters: [{ name, valueFrom: { parameter } }] } });
/** Groups of steps, one after the other. */
const aSteps = (name: string, groups: readonly (readonly DAGTask[])[], rest: Partial<Template> = {}): Template => ({ name, steps: groups as never, ...rest });
const step = (name: string, rest: Partial<DAGTask> = {}): DAGTask => ({ name, template: name, ...rest });

export const NESTED: readonly FixtureCase[] = [
  aCase('dag-in-dag', { rule: 'a DAG in a DAG is a node that ends with its tasks', pods: { '*.part.b': FAIL } }, [
    aDag('root', [task('part'), task('after', { depends: 'part' }), task('if-failed', { depends: 'part.Failed' })], { failFast: false }), aDag('part', [task('a'), task('b', { depends: 'a' }), task('c', { depends: 'b' })]), aPod('a'), aPod('b'), aPod('c'), aPod('after'), aPod('if-failed'),
  ]),
  aCase('dag-skipped', { rule: 'a DAG that is skipped has no tasks' }, [aDag('root', [task('part', { when: 'no == yes' }), task('after', { depends: 'part' })]), aDag('part', [task('a')]), aPod('a'), aPod('after')]),
  aCase('dag-outputs', { rule: 'outputs of a DAG come from its tasks', pods: { '*.a': left({ o: 'value "q" {{x}}' }) } }, [
    aDag('root', [task('part', given({ i: 'in' })), task('use', { depends: 'part', ...given({ x: '{{tasks.part.outputs.parameters.o}}' }) })]),
    { ...aDag('part', [task('a', given({ x: '{{inputs.parameters.i}}' }))]), ...takes('i'), ...from('o', '{{tasks.a.outputs.parameters.o}}') }, aPod('a', { ...takes('x'), ...leaves('o') }), aPod('use', takes('x')),
  ]),
  aCase('dag-outputs-of-skipped', { rule: 'the output of a DAG whose task was skipped: an error, at which Argo stops for ever when something waits for it', endless: true }, [
    aDag('root', [task('part'), task('after', { depends: 'part' })], { failFast: false }), { ...aDag('part', [task('a', { when: 'no == yes' })]), ...from('o', '{{tasks.a.outputs.parameters.o}}') }, aPod('a', leaves('o')), aPod('after'),
  ]),
  aCase('dag-outputs-default', { rule: 'the output of a DAG has a default of its own' }, [
    aDag('root', [task('part'), task('use', { depends: 'part', ...given({ x: '{{tasks.part.outputs.parameters.o}}' }) })]),
    { ...aDag('part', [task('a', { when: 'no == yes' })]), outputs: { parameters: [{ name: 'o', valueFrom: { parameter: '{{tasks.a.outputs.parameters.o}}', default: 'fallback' } }] } }, aPod('a', leaves('o')), aPod('use', takes('x')),
  ]),
  aCase('dag-outputs-of-failed', { rule: 'a DAG that failed has no outputs', pods: { '*.a': left({ o: 'there' }), '*.b': FAIL } }, [
    aDag('root', [task('part')]), { ...aDag('part', [task('a'), task('b', { depends: 'a' })]), ...from('o', '{{tasks.a.outputs.parameters.o}}') }, aPod('a', leaves('o')), aPod('b'),
  ]),
  aCase('dag-outputs-of-input', { rule: 'an output of a DAG cannot be one of its inputs' }, [
    aDag('root', [task('part', given({ i: 'text' }))]), { ...aDag('part', [task('a')]), ...takes('i'), ...from('o', '{{inputs.parameters.i}}') }, nothing('a'),
  ]),
  aCase('dag-outputs-of-root', { rule: 'outputs of the entrypoint that cannot be put together end the workflow in an error' }, [{ ...aDag('root', [task('a', { template: 'g', when: 'no == yes' })]), ...from('o', '{{tasks.a.outputs.parameters.run}}') }, { ...aGate('g'), suspend: { duration: '1' } }]),
  aCase('steps-outputs-of-root', { rule: 'outputs of steps that cannot be put together end the workflow in an error' }, [aSteps('root', [[step('a', { template: 'g', when: 'no == yes' })], [step('b')]], from('o', '{{steps.a.outputs.parameters.run}}')), { ...aGate('g'), suspend: { duration: '1' } }, nothing('b')]),
  aCase('steps-child-without-outputs', { rule: 'a step whose outputs cannot be put together ends its group in an error' }, [
    aSteps('root', [[step('part')], [step('b')]]), { ...aDag('part', [task('a', { template: 'g', when: 'no == yes' })]), ...from('o', '{{tasks.a.outputs.parameters.run}}') }, { ...aGate('g'), suspend: { duration: '1' } }, nothing('b'),
  ]),
  aCase('dag-all-skipped', { rule: 'a DAG all of whose tasks were skipped has succeeded' }, [aDag('root', [task('part'), task('after', { depends: 'part.Succeeded' })]), aDag('part', [task('a', { when: 'no == yes' }), task('b', { depends: 'a.Succeeded' })]), aPod('a'), aPod('b'), aPod('after')]),
  aCase('dag-three-deep', { rule: 'a failure goes up through DAGs', pods: { '*.leaf': FAIL } }, [
    aDag('root', [task('one'), task('tidy', { depends: 'one.Failed || one.Succeeded' })], { target: 'one tidy', failFast: false }), aDag('one', [task('two')], { failFast: false }), aDag('two', [task('leaf'), task('other')], { failFast: false }), aPod('leaf'), aPod('other'), aPod('tidy'),
  ]),
  aCase('recursion', { rule: 'a template may use itself until a condition ends it', pods: { '~.flip': left({ o: 'again' }), '~.more.flip': left({ o: 'again' }), '~.more.more.flip': left({ o: 'stop' }) } }, [
    aDag('root', [task('flip'), task('more', { template: 'root', depends: 'flip', when: '{{tasks.flip.outputs.parameters.o}} == again' })]), aPod('flip', leaves('o')),
  ]),
  aCase('recursion-counting', { rule: 'a template may use itself with other arguments', pods: { '~.less': left({ o: '1' }), '*.more.less': left({ o: '0' }) } }, [
    aDag('root', [task('less', given({ n: '{{inputs.parameters.n}}' })), task('more', { template: 'root', depends: 'less', when: '{{tasks.less.outputs.parameters.o}} > 0', ...given({ n: '{{tasks.less.outputs.parameters.o}}' }) })]),
  ].map((root) => ({ ...root, ...takes(['n', '2']) })).concat([aPod('less', { ...takes('n'), ...leaves('o') })])),
  aCase('steps', { rule: 'steps follow each other in groups' }, [aSteps('root', [[step('a')], [step('b'), step('c')], [step('d')]]), aPod('a'), aPod('b'), aPod('c'), aPod('d')]),
  aCase('steps-failure', { rule: 'a failed step ends the steps after its group', pods: { '*.b': FAIL } }, [aSteps('root', [[step('a')], [step('b'), step('c')], [step('d')]]), aPod('a'), aPod('b'), aPod('c'), aPod('d')]),
  aCase('steps-continue-on', { rule: 'continueOn forgives a step', pods: { '*.b': FAIL } }, [aSteps('root', [[step('b', { continueOn: { failed: true } })], [step('c')]]), aPod('b'), aPod('c')]),
  aCase('steps-when', { rule: 'a step may be skipped' }, [aSteps('root', [[step('a', { when: 'no == yes' }), step('b', { when: 'yes == yes' })], [step('c')]]), aPod('a'), aPod('b'), aPod('c')]),
  aCase('steps-values', { rule: 'steps use outputs of the ones before', pods: { '*.a': left({ o: 'value' }) } }, [
    aSteps('root', [[step('a')], [step('b', { when: '{{steps.a.outputs.parameters.o}} == value', arguments: { parameters: [{ name: 'x', value: '{{steps.a.outputs.parameters.o}}' }] } })]], from('whole', '{{steps.a.outputs.parameters.o}}')), aPod('a', leaves('o')), aPod('b', takes('x')),
  ]),
  aCase('steps-loop', { rule: 'steps may go over items', pods: { '*(0:x)': left({ o: 'X' }), '*(1:y)': left({ o: 'Y' }) } }, [
    aSteps('root', [[step('a', { withItems: ['x', 'y'] as never, arguments: { parameters: [{ name: 'i', value: '{{item}}' }] } })], [step('b', { arguments: { parameters: [{ name: 'x', value: '{{steps.a.outputs.parameters.o}}' }] } }), step('none', { withItems: [] })]]),
    aPod('a', { ...takes('i'), ...leaves('o') }), aPod('b', takes('x')), aPod('none'),
  ]),
  aCase('steps-in-dag', { rule: 'steps in a DAG, a DAG in steps, a gate in steps', pods: { '*.x': left({ o: '1' }) }, events: [{ answer: '~.s[1].gate', outputs: { run: 'true' } }] }, [
    aDag('root', [task('s'), task('after', { depends: 's' })]), aSteps('s', [[step('d')], [step('gate')], [step('b', { when: '{{steps.gate.outputs.parameters.run}} == true' })]]), aDag('d', [task('x')]), aGate(), aPod('x'), aPod('b'), aPod('after'),
  ]),
  aCase('steps-retry', { rule: 'a step is tried again', pods: { '*.a(0)': FAIL } }, [aSteps('root', [[step('a')], [step('b')]]), aPod('a', { retryStrategy: { limit: '1' } }), aPod('b')]),
];

const gated = (rest: Partial<Template> = {}): Template[] => [
  aDag('root', [task('x-gate', { template: 'gate' }), task('x', { depends: 'x-gate.Succeeded', when: '{{tasks.x-gate.outputs.parameters.run}} == true' }), task('y', { depends: 'x.Succeeded || x.Skipped' }), task('z', { depends: 'x.Succeeded' })], { failFast: false }),
  { ...aGate(), ...rest }, aPod('x'), aPod('y'), aPod('z'),
];

export const GATES: readonly FixtureCase[] = [
  aCase('gate-open', { rule: 'a gate waits until it is answered', endless: true }, gated()),
  aCase('gate-run', { rule: 'run=true starts the pod behind the gate', events: [{ answer: '~.x-gate', outputs: { run: 'true' } }] }, gated()),
  aCase('gate-skip', { rule: 'run=false skips the pod behind the gate', events: [{ answer: '~.x-gate', outputs: { run: 'false' } }] }, gated()),
  aCase('gate-failed', { rule: 'a gate that is answered as failed omits what is behind it', events: [{ answer: '~.x-gate', phase: 'Failed', outputs: { run: 'false' }, message: 'no input' }] }, gated()),
  aCase('gate-error', { rule: 'a gate that is answered as error', events: [{ answer: '~.x-gate', phase: 'Error', message: 'no input' }] }, gated()),
  aCase('gate-missing-output', { rule: 'a gate that is answered without the output that is asked for', events: [{ answer: '~.x-gate', outputs: { other: 'true' } }], endless: true }, gated()),
  aCase('gate-values', { rule: 'what an answer brings reaches the pod unchanged, nulls and defaults included', events: [{ answer: '~.g', outputs: { run: 'true', args: '["a \\"q\\" \\u007b\\u007bx\\u007d\\u007d $$ é","{{workflow.name}}"]' } }] }, [
    aDag('root', [task('g', { template: 'gate' }), task('x', { depends: 'g.Succeeded', when: '{{tasks.g.outputs.parameters.run}} == true', ...given({ args: '{{tasks.g.outputs.parameters.args}}' }) })], { failFast: false }),
    { name: 'gate', suspend: {}, outputs: { parameters: [{ name: 'run', valueFrom: { supplied: {} } }, { name: 'args', valueFrom: { supplied: {}, default: '[]' } }] } },
    aPod('x', { ...takes('args'), podSpecPatch: '{"containers":[{"name":"main","args":{{inputs.parameters.args}}}]}' }),
  ]),
  aCase('gate-duration', { rule: 'a gate with a duration ends by itself' }, [aDag('root', [task('g'), task('x', { depends: 'g' })]), { name: 'g', suspend: { duration: '2s' } }, aPod('x')]),
  aCase('gate-duration-defaults', { rule: 'a gate that ends by itself has its defaults' }, [
    aDag('root', [task('g'), task('x', { depends: 'g', ...given({ v: '{{tasks.g.outputs.parameters.o}}' }) })]), { name: 'g', suspend: { duration: '2s' }, outputs: { parameters: [{ name: 'o', valueFrom: { supplied: {}, default: 'by default' } }] } }, aPod('x', takes('v')),
  ]),
  aCase('gate-duration-unset', { rule: 'a gate that ends by itself without an answer or default is an error' }, [aDag('root', [task('g')]), { name: 'g', suspend: { duration: '2s' }, outputs: { parameters: [{ name: 'o', valueFrom: { supplied: {} } }] } }]),
  aCase('gate-two', { rule: 'gates are answered in any order', events: [{ answer: '~.b-gate', outputs: { run: 'true' } }, { answer: '~.a-gate', outputs: { run: 'false' } }] }, [
    aDag('root', [task('a-gate', { template: 'gate' }), task('b-gate', { template: 'gate' }), task('a', { depends: 'a-gate.Succeeded', when: '{{tasks.a-gate.outputs.parameters.run}} == true' }), task('b', { depends: 'b-gate.Succeeded', when: '{{tasks.b-gate.outputs.parameters.run}} == true' }), task('c', { depends: '(a.Succeeded || a.Skipped) && (b.Succeeded || b.Skipped)' })], { failFast: false }),
    aGate(), aPod('a'), aPod('b'), aPod('c'),
  ]),
];

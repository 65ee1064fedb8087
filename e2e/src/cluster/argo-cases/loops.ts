import type { DAGTask, Template } from '@millrace/argo';
import { aDag, aGate, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, type Recipe, aCase, given, leaves, left, nothing, takes, task } from './a-case.js';

const over = (items: unknown): Partial<DAGTask> => ({ withItems: items as never });
const AFTER = [task('after', { depends: 'loop' }), task('if-good', { depends: 'loop.Succeeded' }), task('if-skipped', { depends: 'loop.Skipped' }), task('if-any', { depends: 'loop.AnySucceeded' }), task('if-all-failed', { depends: 'loop.AllFailed' })];
const AFTER_PODS = AFTER.map(({ name }) => nothing(name));

const A_POD = aPod('loop', takes('x'));

/** A task `loop` over something, with what may come after it. */
function loopCase(name: string, recipe: Recipe, loop: Partial<DAGTask>, dag: Parameters<typeof aDag>[2] = {}, body: Template = nothing('loop', takes('x'))): FixtureCase {
  return aCase(name, recipe, [aDag('root', [task('loop', { ...given({ x: '{{item}}' }), ...loop }), ...AFTER], dag), body, ...AFTER_PODS]);
}

export const LOOPS: readonly FixtureCase[] = [
  loopCase('loop-texts', { rule: 'an item is a node of its own, in a group' }, over(['a', 'b'])),
  loopCase('loop-numbers', { rule: 'items may be numbers, truths, and text that looks like them' }, over([1, -2, 2.5, 1e21, true, '3', 'true'])),
  loopCase('loop-empty-any', { rule: 'no items in withItems are no loop: nobody can ask for its items' }, over([])),
  aCase('loop-empty', { rule: 'no items in withItems are no loop: the task runs once' }, [aDag('root', [task('loop', { ...over([]), ...given({ x: '{{item}}' }) }), task('after', { depends: 'loop' })]), nothing('loop', takes('x')), nothing('after')]),
  loopCase('loop-maps', { rule: 'parts of an item have tags' }, { ...over([{ a: 'x', n: 1, deep: { b: [1, 'two'] } }, { a: 'y', n: 2 }]), ...given({ x: '{{item.a}} {{item.n}}', }) }),
  aCase('loop-odd-maps', { rule: 'a part of an item that is a text is put in with what JSON escapes' }, [
    aDag('root', [task('loop', { withParam: '{{workflow.parameters.items}}', ...given({ x: '{{item.a}}', whole: '{{item}}' }) })]), nothing('loop', takes('x', 'whole')),
  ], { arguments: { parameters: [{ name: 'items', value: JSON.stringify([{ a: 'say "hi" \\ <b>&\nnext' }, { a: null }, { a: [null, 'x "y"', '<'] }, { a: { b: '"' } }, { a: 'a<b>&"c"' }]) }] } }),
  loopCase('loop-part-of-no-map', { rule: 'a part of an item that has none is an error of the loop' }, { ...over([{ a: 'x' }, 'y']), ...given({ x: '{{item.a}}' }) }),
  loopCase('loop-lists', { rule: 'an item may be a list' }, { ...over([[1, 'two'], []]), ...given({ x: '{{item}}' }) }),
  loopCase('loop-odd-texts', { rule: 'items with quotes, backslashes, braces, dollars, other letters and lines' }, over(['"q"', "it's", 'back\\slash', '{{item}}', '{{workflow.name}}', '$HOME $(HOME) $$', 'é ü 漢 😀', 'two\nlines', '', ' '])),
  loopCase('loop-one-fails', { rule: 'all items end though one failed, and the loop has failed', pods: { '*(1:b)': FAIL } }, over(['a', 'b', 'c']), { failFast: false }, A_POD),
  loopCase('loop-all-fail', { rule: 'AllFailed and AnySucceeded speak of items', pods: { '*.loop(*': FAIL } }, over(['a', 'b']), {}, A_POD),
  loopCase('loop-error-and-failure', { rule: 'which failure a loop with several has', pods: { '*(0:a)': { ...FAIL, ...left({ o: '1' }) }, '*(2:c)': left({ o: '3' }) } }, over(['a', 'b', 'c']), {}, { ...A_POD, ...leaves('o') }),
  loopCase('loop-when-item', { rule: 'a condition on the item skips that item' }, { ...over(['a', 'b', 'c']), when: '{{item}} != b' }),
  loopCase('loop-when-no-item', { rule: 'a condition that no item fulfils skips them all' }, { ...over(['a', 'b']), when: '{{item}} == z' }),
  loopCase('loop-when-false', { rule: 'a condition that does not speak of items' }, { ...over(['a', 'b']), when: 'no == yes' }),
  loopCase('loop-sequence-count', { rule: 'a sequence counts from 0' }, { withSequence: { count: '3' } }),
  loopCase('loop-sequence-zero', { rule: 'a sequence of nothing is a loop over no items' }, { withSequence: { count: '0' } }),
  loopCase('loop-sequence-range', { rule: 'a sequence from start to end, in its format' }, { withSequence: { start: '3', end: '5', format: 'no-%03d' } }),
  loopCase('loop-sequence-down', { rule: 'a sequence may go down' }, { withSequence: { start: '2', end: '0' } }),
  loopCase('loop-parallelism', { rule: 'parallelism of the template bounds the items at a time', pods: { '*.loop(*': { hold: true } }, events: [{ finish: '~.loop(1:b)' }], endless: true }, over(['a', 'b', 'c', 'd', 'e']), { parallelism: 2 }, A_POD),
  aCase('loop-param', { rule: 'items may be the output of a task', pods: { '*.make': left({ list: '["x", 2, {"k": "v"}, null, [1]]' }) } }, [
    aDag('root', [task('make'), task('loop', { depends: 'make', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) }), ...AFTER]), aPod('make', leaves('list')), nothing('loop', takes('x')), ...AFTER_PODS,
  ]),
  aCase('loop-param-empty', { rule: 'a loop over an empty output is skipped', pods: { '*.make': left({ list: '[]' }) } }, [
    aDag('root', [task('make'), task('loop', { depends: 'make', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) }), ...AFTER]), aPod('make', leaves('list')), nothing('loop', takes('x')), ...AFTER_PODS,
  ]),
  aCase('loop-param-no-list', { rule: 'items that are no list are an error', pods: { '*.make': left({ list: '{"a": 1}' }) } }, [
    aDag('root', [task('make'), task('loop', { depends: 'make', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) }), ...AFTER]), aPod('make', leaves('list')), nothing('loop', takes('x')), ...AFTER_PODS,
  ]),
  aCase('loop-param-skipped', { rule: 'a loop over an output is skipped by its condition before its items are looked at', pods: { '*.make': left({ list: 'no list' }) } }, [
    aDag('root', [task('make'), task('loop', { depends: 'make', when: 'no == yes', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) }), ...AFTER]), aPod('make', leaves('list')), nothing('loop', takes('x')), ...AFTER_PODS,
  ]),
  aCase('loop-param-of-skipped', { rule: 'a loop over the output of a skipped task without default', }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('loop', { depends: 'make', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) })]), aPod('make', leaves('list')), aPod('loop', takes('x')),
  ]),
  aCase('loop-param-of-skipped-default', { rule: 'a loop over the output of a skipped task goes over its default', }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('loop', { depends: 'make', withParam: '{{tasks.make.outputs.parameters.list}}', ...given({ x: '{{item}}' }) })]),
    aPod('make', { outputs: { parameters: [{ name: 'list', valueFrom: { path: '/tmp/out/list', default: '["d"]' } }] } }), aPod('loop', takes('x')),
  ]),
  aCase('loop-outputs', { rule: 'outputs of items are collected in their order, as texts', pods: { '*(0:*': left({ o: 'plain' }), '*(1:*': left({ o: '2' }), '*(2:*': left({ o: '"q" é\n' }) }, events: [{ finish: '~.loop(2:c)' }, { finish: '~.loop(0:a)' }, { finish: '~.loop(1:b)' }] }, [
    aDag('root', [task('loop', { ...over(['a', 'b', 'c']), ...given({ x: '{{item}}' }) }), task('use', { depends: 'loop', ...given({ all: '{{tasks.loop.outputs.parameters.o}}', whole: '{{tasks.loop.outputs.parameters}}' }) })]),
    aPod('loop', { ...takes('x'), ...leaves('o') }), aPod('use', { ...takes('all', 'whole'), container: { image: 'use', command: ['run'], args: ['{{inputs.parameters.all}}'] } }),
  ]),
  aCase('loop-outputs-json', { rule: 'outputs that are all JSON lists or objects are collected as JSON', pods: { '*(0:*': left({ o: '{"a": 1}' }), '*(1:*': left({ o: '[1, 2]' }) } }, [
    aDag('root', [task('loop', { ...over(['a', 'b']), ...given({ x: '{{item}}' }) }), task('use', { depends: 'loop', ...given({ all: '{{tasks.loop.outputs.parameters.o}}' }) })]), aPod('loop', { ...takes('x'), ...leaves('o') }), aPod('use', takes('all')),
  ]),
  aCase('loop-outputs-numbers', { rule: 'outputs that are JSON numbers are collected as texts', pods: { '*(0:*': left({ o: '1' }), '*(1:*': left({ o: '[1]' }) } }, [
    aDag('root', [task('loop', { ...over(['a', 'b']), ...given({ x: '{{item}}' }) }), task('use', { depends: 'loop', ...given({ all: '{{tasks.loop.outputs.parameters.o}}' }) })]), aPod('loop', { ...takes('x'), ...leaves('o') }), aPod('use', takes('all')),
  ]),
  aCase('loop-of-dags', { rule: 'a loop over a DAG, with a failure in one', pods: { '*(1:*).b': FAIL } }, [
    aDag('root', [task('loop', { ...over(['p', 'q']), ...given({ x: '{{item}}' }) }), task('after', { depends: 'loop' })], { failFast: false }),
    { ...aDag('loop', [task('a', given({ x: '{{inputs.parameters.x}}' })), task('b', { depends: 'a' })]), ...takes('x') }, aPod('a', takes('x')), aPod('b'), aPod('after'),
  ]),
  aCase('loop-in-loop', { rule: 'a loop in a loop, over what the outer item says' }, [
    aDag('root', [task('outer', { withParam: '[["a","b"],["c"],[]]', ...given({ list: '{{item}}' }) }), task('after', { depends: 'outer' })]),
    { ...aDag('outer', [task('inner', { withParam: '{{inputs.parameters.list}}', ...given({ x: '{{item}}' }) })]), ...takes('list') }, nothing('inner', takes('x')), nothing('after'),
  ]),
  aCase('loop-of-gated', { rule: 'a gate in each iteration, answered one by one, and a limit', events: [{ answer: '~.loop(1:1).gate', outputs: { run: 'true' } }, { answer: '~.loop(0:0).gate', outputs: { run: 'false' } }, { answer: '~.loop(2:2).gate', outputs: { run: 'true' } }] }, [
    { ...aDag('root', [task('loop', { withParam: '[0,1,2]', ...given({ i: '{{item}}' }) })], { failFast: false }), parallelism: 2 },
    { ...aDag('loop', [task('gate'), task('x', { depends: 'gate.Succeeded', when: '{{tasks.gate.outputs.parameters.run}} == true' })], { failFast: false }), ...takes('i') }, aGate(), aPod('x'),
  ]),
  aCase('loop-of-pods-target', { rule: 'a loop as target, with a tolerant task after it', pods: { '*(0:a)': FAIL } }, [
    aDag('root', [task('loop', over(['a', 'b'])), task('exit', { depends: 'loop.Succeeded || loop.Failed || loop.Errored || loop.Skipped || loop.Omitted' })], { target: 'loop exit', failFast: false }), aPod('loop'), aPod('exit'),
  ]),
  aCase('loop-with-continue-on', { rule: 'continueOn on a loop', pods: { '*(0:a)': FAIL } }, [aDag('root', [task('loop', { ...over(['a', 'b']), continueOn: { failed: true } }), task('after', { dependencies: ['loop'] })]), aPod('loop'), aPod('after')]),
];

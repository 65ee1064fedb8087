import type { Template } from '@millrace/argo';
import { aDag, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, type Recipe, aCase, given, leaves, left, nothing, takes, task } from './a-case.js';

const shows = (name: string, args: readonly string[], rest: Partial<Template> = {}): Template => aPod(name, { ...rest, container: { image: name, command: ['run'], args: [...args] } });

const TEXTS: Readonly<Record<string, string>> = {
  quotes: 'say "hi" and \'ho\'',
  backslashes: 'a\\b \\n \\u0041 \\\\',
  braces: 'a { b } {{ c }} {{}}',
  open: 'half {{ open',
  closed: 'half }} closed',
  dollars: '$$ $HOME $(HOME) ${HOME} $$(HOME) $',
  lines: 'one\ntwo\r\nthree\ttab',
  letters: 'é ß 漢字 العربية',
  faces: '😀 👩‍🔬 🇩🇪',
  html: '<b>&amp;</b>',
  percent: '%s %d 100% %!',
  empty: '',
  blank: ' ',
  json: '{"a":[1,"two",null],"b":{"c":"{{x}}"}}',
  number: '007',
  long: 'x'.repeat(300),
};
const NAMES = Object.keys(TEXTS);

/** One `when` for each task of a DAG. */
function whenCase(name: string, recipe: Recipe, whens: Readonly<Record<string, string>>): FixtureCase {
  return aCase(name, recipe, [aDag('root', Object.entries(whens).map(([key, when]) => ({ name: key, template: 'nothing', when })), { failFast: false }), nothing('nothing')]);
}

export const WHENS: readonly FixtureCase[] = [
  whenCase('when-equality', { rule: 'bare words are texts, and quoted ones too' }, {
    'same-word': 'a == a', 'other-word': 'a == b', 'not-same': 'a != a', quoted: '"a b" == "a b"', 'quoted-and-bare': '"a" == a', single: "'x' == \"x\"", numbers: '1 == 1.0', 'number-and-text': '1 == "1"',
    truth: 'true == true', 'truth-and-text': 'true == "true"', 'bare-true': 'true', 'bare-false': 'false', capital: 'True == true', 'capital-alone': '"True" == True', dashes: '"a-b" == "a-b"', 'empty-texts': '"" == ""',
  }),
  whenCase('when-comparison', { rule: 'numbers are compared as numbers, texts as texts' }, { less: '1 < 2', 'not-less': '10 < 9', 'text-less': '"10" < "9"', 'at-most': '2 <= 2', more: '3 > 2.5', 'at-least': '2 >= 3', negative: '-1 < 0' }),
  whenCase('when-logic', { rule: 'and, or, not, brackets, sums, membership and regular expressions' }, {
    and: '1 == 1 && 2 == 3', or: '1 == 2 || 2 == 2', not: '!(1 == 2)', brackets: '(1 == 2 || 2 == 2) && !(3 == 4)', sum: '1 + 1 == 2', product: '2 * 3 > 5', rest: '7 % 2 == 1', member: 'a in (a, b)', 'no-member': '"c" in ("a", "b")',
    pattern: '"abc" =~ "^a.c$"', 'no-pattern': '"abc" !~ "b"', ternary: '1 == 1 ? true : false',
  }),
  whenCase('when-invalid', { rule: 'a condition that is no expression is an error of its task' }, { words: 'x y z' }),
  whenCase('when-no-truth', { rule: 'a condition must be a truth' }, { number: '1 + 1' }),
  whenCase('when-mixed-types', { rule: 'comparing what cannot be compared is an error' }, { mixed: '1 < "a"' }),
  whenCase('when-cached', { rule: 'the constant conditions that the compiler writes for cached tasks' }, { cached: 'cached != cached', run: 'run == run', literally: '"cached" == "run"', 'cached-false': 'cached == false' }),
  aCase('when-of-outputs', { rule: 'a condition over outputs, some of which are odd', pods: { '*.make': left({ a: 'yes', b: 'two words', c: '5', d: 'it"s', e: '' }) } }, [
    aDag('root', [
      task('make'),
      task('bare', { depends: 'make', template: 'pod', when: '{{tasks.make.outputs.parameters.a}} == yes' }),
      task('quoted', { depends: 'make', template: 'pod', when: '"{{tasks.make.outputs.parameters.b}}" == "two words"' }),
      task('number', { depends: 'make', template: 'pod', when: '{{tasks.make.outputs.parameters.c}} > 4' }),
      task('number-text', { depends: 'make', template: 'pod', when: '"{{tasks.make.outputs.parameters.c}}" > "10"' }),
      task('status', { depends: 'make', template: 'pod', when: '{{tasks.make.status}} == Succeeded' }),
      task('empty', { depends: 'make', template: 'pod', when: '"{{tasks.make.outputs.parameters.e}}" == ""' }),
    ]),
    aPod('make', leaves('a', 'b', 'c', 'd', 'e')), nothing('pod'),
  ]),
  aCase('when-breaks', { rule: 'a value that makes the condition unreadable is an error', pods: { '*.make': left({ b: 'two words' }) } }, [
    aDag('root', [task('make'), task('bare', { depends: 'make', template: 'pod', when: '{{tasks.make.outputs.parameters.b}} == yes' })]), aPod('make', leaves('b')), nothing('pod'),
  ]),
  aCase('when-quote-breaks', { rule: 'a quote in a value ends the text of the condition', pods: { '*.make': left({ b: 'a" || "x' }) } }, [
    aDag('root', [task('make'), task('bare', { depends: 'make', template: 'pod', when: '"{{tasks.make.outputs.parameters.b}}" == "yes"' })]), aPod('make', leaves('b')), nothing('pod'),
  ]),
];

export const VALUES: readonly FixtureCase[] = [
  aCase('values-from-workflow', { rule: 'texts of the workflow reach inputs and arguments unchanged' }, [
    aDag('root', [task('show', given(Object.fromEntries(NAMES.map((name) => [name, `{{workflow.parameters.${name}}}`]))))]),
    shows('show', NAMES.map((name) => `{{inputs.parameters.${name}}}`), takes(...NAMES)),
  ], { arguments: { parameters: Object.entries(TEXTS).map(([name, value]) => ({ name, value })) } }),
  aCase('values-from-outputs', { rule: 'texts that a task wrote reach inputs and arguments unchanged', pods: { '*.make': left(TEXTS) } }, [
    aDag('root', [task('make'), task('show', { depends: 'make', ...given(Object.fromEntries(NAMES.map((name) => [name, `{{tasks.make.outputs.parameters.${name}}}`]))) })]),
    aPod('make', leaves(...NAMES)), shows('show', NAMES.map((name) => `{{inputs.parameters.${name}}}`), takes(...NAMES)),
  ]),
  aCase('values-literal', { rule: 'what is no tag of a known place stays as it is' }, [
    aDag('root', [task('show', given({ a: 'a { b } }} $$ $(HOME)', b: '{ {x} }' }))]), shows('show', ['{{inputs.parameters.a}}', '{{inputs.parameters.b}}', '{ { x } }', '{{unknown}}', '{{ spaced }}', '$(HOME) $$(HOME) $$ $(NOWHERE)'], takes('a', 'b')),
  ]),
  aCase('values-tag-in-value', { rule: 'what is put in for a tag is not looked at again in the same pass', pods: { '*.make': left({ a: '{{tasks.name}}', b: '{{pod.name}}', c: '{{inputs.parameters.d}}' }) } }, [
    aDag('root', [task('make'), task('show', { depends: 'make', ...given({ a: '{{tasks.make.outputs.parameters.a}}', b: '{{tasks.make.outputs.parameters.b}}', c: '{{tasks.make.outputs.parameters.c}}', d: 'D' }) })]),
    aPod('make', leaves('a', 'b', 'c')), shows('show', ['{{inputs.parameters.a}}', '{{inputs.parameters.b}}', '{{inputs.parameters.c}}'], takes('a', 'b', 'c', 'd')),
  ]),
  aCase('values-tag-in-output', { rule: 'a tag in an output is put in where it is known, and stays text where not', pods: { '*.make': left({ a: '{{workflow.name}}', b: '{{tasks.make.status}}' }) } }, [
    aDag('root', [task('make'), task('show', { depends: 'make', ...given({ a: '{{tasks.make.outputs.parameters.a}}', b: '{{tasks.make.outputs.parameters.b}}' }) })]),
    aPod('make', leaves('a', 'b')), shows('show', ['{{inputs.parameters.a}}', '{{inputs.parameters.b}}'], takes('a', 'b')),
  ]),
  aCase('values-expression-in-output', { rule: 'an expression in an output is evaluated where the output is put in', pods: { '*.make': left({ a: '{{=1+1}} {{= "x" }}' }) } }, [
    aDag('root', [task('make'), task('show', { depends: 'make', ...given({ a: '{{tasks.make.outputs.parameters.a}}' }) })]), aPod('make', leaves('a')), shows('show', ['{{inputs.parameters.a}}'], takes('a')),
  ]),
  aCase('values-tag-of-quotes-in-output', { rule: 'a tag in an output that stands for a text with quotes', pods: { '*.make': left({ q: 'say "hi"', a: 'he: {{inputs.parameters.q}}' }) } }, [
    aDag('root', [task('make'), task('show', { depends: 'make', ...given({ q: '{{tasks.make.outputs.parameters.q}}', a: '{{tasks.make.outputs.parameters.a}}' }) })]), aPod('make', leaves('q', 'a')), shows('show', ['{{inputs.parameters.a}}'], takes('q', 'a')),
  ]),
  aCase('values-nothing-for-priority', { rule: 'a name that this workflow has no value for is found before anything begins' }, [shows('only', ['{{workflow.priority}}'])]),
  aCase('values-of-places', { rule: 'the names that a task can ask for' }, [
    aDag('root', [task('one', given({ x: '{{workflow.name}}' })), task('two', { depends: 'one', ...given({ status: '{{tasks.one.status}}', id: '{{tasks.one.id}}', code: '{{tasks.one.exitCode}}' }) })]),
    shows('one', ['{{workflow.name}}', '{{pod.name}}', '{{node.name}}', '{{tasks.name}}', '{{inputs.parameters.x}}', '{{workflow.serviceAccountName}}', '{{workflow.mainEntrypoint}}', '{{workflow.parameters}}', '{{inputs.parameters}}'], takes('x')),
    shows('two', ['{{inputs.parameters.status}}', '{{inputs.parameters.id}}', '{{inputs.parameters.code}}'], takes('status', 'id', 'code')),
  ], { serviceAccountName: 'millrace-fixtures', arguments: { parameters: [{ name: 'p', value: 'v' }] } }),
  aCase('values-defaults', { rule: 'an argument overrides a default, also with an empty text; without one the default counts' }, [
    aDag('root', [task('a', { template: 'show', ...given({ x: 'given' }) }), task('b', { template: 'show' }), task('c', { template: 'show', ...given({ x: '' }) })]), shows('show', ['{{inputs.parameters.x}}'], takes(['x', 'by default'])),
  ]),
  aCase('values-fixed-input', { rule: 'an input with a value of its own' }, [
    aDag('root', [task('a', { template: 'show', ...given({ x: 'given' }) }), task('b', { template: 'show' })]), shows('show', ['{{inputs.parameters.x}}'], { inputs: { parameters: [{ name: 'x', value: 'fixed' }] } }),
  ]),
  aCase('values-missing-input', { rule: 'an input that nobody gives is an error of its task' }, [aDag('root', [task('a', { template: 'show' })]), shows('show', ['{{inputs.parameters.x}}'], takes('x'))]),
  aCase('values-missing-input-late', { rule: 'an input whose value comes from a task that was skipped, without any default' }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('a', { depends: 'make', template: 'show', ...given({ x: '{{tasks.make.outputs.parameters.o}}' }) })]), aPod('make', leaves('o')), shows('show', ['{{inputs.parameters.x}}'], takes('x')),
  ]),
  aCase('values-absent-with-default', { rule: 'an input whose value comes from a skipped task has its own default' }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('a', { depends: 'make', template: 'show', ...given({ x: '{{tasks.make.outputs.parameters.o}}' }) })]), aPod('make', leaves('o')), shows('show', ['{{inputs.parameters.x}}'], takes(['x', 'own default'])),
  ]),
  aCase('values-absent-in-text', { rule: 'the output of a skipped task inside a text' }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('a', { depends: 'make', template: 'show', ...given({ x: 'is: {{tasks.make.outputs.parameters.o}}' }) })]), aPod('make', leaves('o')), shows('show', ['{{inputs.parameters.x}}'], takes(['x', 'own default'])),
  ]),
  aCase('values-default-of-skipped', { rule: 'the output of a skipped task is its default' }, [
    aDag('root', [task('make', { when: 'no == yes' }), task('a', { depends: 'make', template: 'show', ...given({ x: '{{tasks.make.outputs.parameters.o}}' }) })]),
    aPod('make', { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/tmp/out/o', default: 'fallback' } }] } }), shows('show', ['{{inputs.parameters.x}}'], takes('x')),
  ]),
  aCase('values-path-missing', { rule: 'a file that is not there is its default, and an error without one' }, [
    aDag('root', [task('with'), task('without')], { failFast: false }), aPod('with', { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/tmp/out/o', default: 'fallback' } }] } }), aPod('without', leaves('o')),
  ]),
  aCase('values-path-missing-failed', { rule: 'a task that fails without its file has failed, with the default', pods: { '~.*': FAIL } }, [
    aDag('root', [task('with'), task('without')], { failFast: false }), aPod('with', { outputs: { parameters: [{ name: 'o', valueFrom: { path: '/tmp/out/o', default: 'fallback' } }] } }), aPod('without', leaves('o')),
  ]),
  aCase('values-outputs-of-failed', { rule: 'the outputs of a task that failed can be used', pods: { '*.make': { ...FAIL, ...left({ o: 'left behind' }) } } }, [
    aDag('root', [task('make'), task('a', { depends: 'make.Failed', template: 'show', ...given({ x: '{{tasks.make.outputs.parameters.o}}' }) })]), aPod('make', leaves('o')), shows('show', ['{{inputs.parameters.x}}'], takes('x')),
  ]),
  aCase('values-trailing-newline', { rule: 'one newline at the end of a file is dropped', pods: { '*.make': left({ one: 'x\n', two: 'x\n\n', crlf: 'x\r\n', only: '\n' }) } }, [aPod('make', leaves('one', 'two', 'crlf', 'only'))].flatMap((pod) => [aDag('root', [task('make')]), pod])),
  aCase('values-unknown-tag', { rule: 'a tag that nobody knows stays in the arguments of a task' }, [aDag('root', [task('a', { template: 'show', ...given({ x: '{{nobody.knows}}' }) })]), shows('show', ['{{inputs.parameters.x}}'], takes('x'))]),
  aCase('values-expressions', { rule: 'expression tags' }, [
    aDag('root', [task('make'), task('a', { depends: 'make', template: 'show', ...given({ x: '{{=asInt(tasks.make.exitCode) + 41}}', y: '{{=workflow.parameters.p + "!"}}' }) })]),
    aPod('make'), shows('show', ['{{inputs.parameters.x}}', '{{inputs.parameters.y}}', '{{=inputs.parameters.x}}', '{{=sprig.upper(inputs.parameters.y)}}', "{{=toJson(inputs.parameters)}}"], takes('x', 'y')),
  ], { arguments: { parameters: [{ name: 'p', value: 'v' }] } }),
  aCase('values-enum', { rule: 'an input that is none of its choices' }, [aDag('root', [task('a', given({ x: 'other' }))]), aPod('a', { inputs: { parameters: [{ name: 'x', enum: ['one', 'two'] }] } })]),
  aCase('values-global', { rule: 'an output may be a name of the whole workflow', pods: { '*.make': left({ o: 'for all' }) } }, [
    aDag('root', [task('make'), task('a', { depends: 'make', template: 'show' })]), aPod('make', { outputs: { parameters: [{ name: 'o', globalName: 'g', valueFrom: { path: '/tmp/out/o' } }] } }), shows('show', ['{{workflow.outputs.parameters.g}}']),
  ]),
  aCase('values-script-result', { rule: 'what a script prints is its result', pods: { '*.make': { stdout: 'one\ntwo\n' } } }, [
    aDag('root', [task('make'), task('a', { depends: 'make', template: 'show', ...given({ x: '{{tasks.make.outputs.result}}' }) })]), { name: 'make', script: { image: 'make', command: ['sh'], source: 'echo' } }, shows('show', ['{{inputs.parameters.x}}'], takes('x')),
  ]),
];

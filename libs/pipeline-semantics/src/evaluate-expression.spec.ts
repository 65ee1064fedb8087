import { describe, expect, it } from 'vitest';
import { evaluateCondition, parametersOfCondition, selectPart } from './evaluate-expression.js';
import type { TaskValues } from './run-view.js';

const parameters: TaskValues['parameters'] = { n: 3, half: 0.5, text: 'heads', digits: '7', yes: true, list: [1, 'a'], nothing: null };
const inputs: TaskValues = { parameters, artifacts: {} };
const p = (name: string) => `inputs.parameter_values['${name}']`;

describe('evaluateCondition', () => {
  it.each([
    [`${p('text')} == 'heads'`, true],
    [`!(${p('text')} == 'heads') && ${p('n')} == 3`, false],
    [`${p('text')} != 'heads' || ${p('yes')}`, true],
    [`int(${p('n')}) > 2 && int(${p('digits')}) <= 7`, true],
    [`double(${p('half')}) < 1`, true],
    [`${p('n')} == 3 && ${p('n')} != 4`, true],
    [`${p('n')} > 2.5 && ${p('half')} < 1`, true],
    [`int(${p('n')}) == 3.0 && 3.0 == int(${p('n')})`, true],
    [`int(${p('n')}) == 3.5`, false],
    [`${p('n')} + 1 == 4`, true],
    [`${p('yes')} == true`, true],
    [`${p('yes')} == 'true'`, false],
    [`${p('nothing')} == null`, true],
    [`${p('n')} in [1, 3]`, true],
    [`${p('list')}.size() == 2`, true],
    [`has(inputs.parameter_values.n) && inputs.parameter_values.n == 3`, true],
    [`${p('text')} == "it's"`, false],
    ['true', true],
  ])('%s is %s', (condition, holds) => {
    expect(evaluateCondition(condition, inputs)).toEqual({ holds });
  });

  it.each([
    [`${p('missing')} == 1`, 'No such key: missing'],
    [`int(${p('text')}) == 1`, 'cannot convert to int'],
    [`${p('text')} > 1`, 'no such overload'],
    [`${p('text')} == 'it's'`, 'Unexpected character'],
    ['1 / 0 == 1', 'division by zero'],
    [`${p('n')}`, 'it has to give true or false'],
    ['process.exit(1)', 'process'],
    [`${p('constructor')} == 1`, 'No such key'],
  ])('%s is a problem: %s', (condition, problem) => {
    expect(evaluateCondition(condition, inputs)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});

describe('parametersOfCondition', () => {
  it('names what a condition reads, and says so when it may read more', () => {
    expect(parametersOfCondition(`!(${p('a')} == 'x') && int(inputs.parameter_values.b) > 1`)).toEqual(new Set(['a', 'b']));
    expect(parametersOfCondition('true')).toEqual(new Set());
    expect(parametersOfCondition(`inputs.parameter_values[${p('a')}] == 1`)).toBeUndefined();
    expect(parametersOfCondition("inputs.artifacts['x'].artifacts.size() > 0")).toBeUndefined();
    expect(parametersOfCondition('((')).toBeUndefined();
  });
});

describe('selectPart', () => {
  it.each([
    ['parseJson(string_value)["a"]', { a: 1 }, 1],
    ['parseJson(string_value)["a"]["b"]', { a: { b: [1, 2.5, null] } }, [1, 2.5, null]],
    ['parseJson(string_value)[1]', ['x', 'y'], 'y'],
    ['parseJson(string_value)["a"]', '{"a":"text"}', 'text'],
    ['struct_value["a"]', { a: true }, true],
    ['number_value + 1.0', 2, 3],
  ])('%s of %j', (selector, value, part) => {
    expect(selectPart(selector, value)).toEqual({ value: part });
  });

  it('says what is not there', () => {
    expect(selectPart('parseJson(string_value)["b"]', { a: 1 })).toEqual({ problem: 'its selector parseJson(string_value)["b"] cannot be evaluated: No such key: b' });
    expect(selectPart('parseJson(string_value)["b"]', 'no JSON')).toEqual({ problem: expect.stringContaining('cannot be evaluated') as string });
  });
});

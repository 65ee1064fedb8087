import type { JsonValue } from '@millrace/pipeline-spec';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalProblem, textToValue, typeProblem, valueToText } from './parameter-value.js';

describe('valueToText', () => {
  it.each([
    [null, ''],
    ['a "b"', 'a "b"'],
    [3, '3'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [-1.5e-7, '-0.00000015'],
    [1.2345e22, '12345000000000000000000'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [true, 'true'],
    [[1, { b: null, a: 'é' }], '[1,{"a":"é","b":null}]'],
  ])('writes %j as %j', (value, text) => {
    expect(valueToText(value)).toBe(text);
  });

  it('writes numbers without exponent so that they read back the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = valueToText(value);
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('writes lists so that they read back the same', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (value) => {
        expect(textToValue(valueToText(value as readonly JsonValue[]), 'LIST')).toEqual({ value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe('textToValue', () => {
  it.each([
    [' kept\n', 'STRING', ' kept\n'],
    [' 12\n', 'NUMBER_INTEGER', 12],
    ['1e3', 'NUMBER_DOUBLE', 1000],
    ['.5', 'NUMBER_DOUBLE', 0.5],
    ['True', 'BOOLEAN', true],
    ['0', 'BOOLEAN', false],
    ['{"a":[]}', 'STRUCT', { a: [] }],
  ] as const)('reads %j as a %s', (text, type, value) => {
    expect(textToValue(text, type)).toEqual({ value });
  });

  it.each([
    ['1.0', 'NUMBER_INTEGER'],
    ['9007199254740993', 'NUMBER_INTEGER'],
    ['', 'NUMBER_INTEGER'],
    ['0x10', 'NUMBER_DOUBLE'],
    ['NaN', 'NUMBER_DOUBLE'],
    ['yes', 'BOOLEAN'],
    ['[1]', 'STRUCT'],
    ['[1', 'LIST'],
    ['{}', 'TASK_FINAL_STATUS'],
  ] as const)('refuses %j as a %s', (text, type) => {
    expect(textToValue(text, type)).toHaveProperty('problem');
  });
});

describe('typeProblem', () => {
  it.each([
    [3, 'NUMBER_DOUBLE'],
    [2 ** 53 - 1, 'NUMBER_INTEGER'],
    [[], 'LIST'],
    [{}, 'STRUCT'],
    [{}, 'TASK_FINAL_STATUS'],
  ] as const)('has none for %j as %s', (value, type) => {
    expect(typeProblem(value, type)).toBeUndefined();
  });

  it.each([
    ['3', 'NUMBER_INTEGER', 'expected NUMBER_INTEGER, given STRING'],
    [3.5, 'NUMBER_INTEGER', 'expected NUMBER_INTEGER, given 3.5, which has a fraction'],
    [2 ** 53, 'NUMBER_INTEGER', 'expected NUMBER_INTEGER, given 9007199254740992, which is beyond ±(2^53-1)'],
    [null, 'STRING', 'expected STRING, given NULL'],
    [[], 'STRUCT', 'expected STRUCT, given LIST'],
  ] as const)('says for %j: %s', (value, type, problem) => {
    expect(typeProblem(value, type)).toBe(problem);
  });
});

describe('literalProblem', () => {
  it('wants one of the literals, by value', () => {
    expect(literalProblem({ b: 1, a: 2 }, { literals: [{ a: 2, b: 1 }] })).toBeUndefined();
    expect(literalProblem('c', { literals: ['a', 'b'] })).toBe('expected one of "a", "b", given "c"');
    expect(literalProblem('c', {})).toBeUndefined();
  });
});

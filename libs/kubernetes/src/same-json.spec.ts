import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameJson } from './same-json.js';

// As it comes from a parser: `__proto__` is a member like any other there.
const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('isSameJson', () => {
  it('agrees with the comparison of Node about any two values', () => {
    const json = fc.jsonValue({ maxDepth: 3 }).map(parsed);
    fc.assert(fc.property(json, json, (one, other) => isSameJson(one, other) === isDeepStrictEqual(one, other)));
    fc.assert(fc.property(json, (one) => isSameJson(one, parsed(one))));
  });

  it.each([
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1, b: 2 }, { a: 1, c: 2 }],
    [[], {}],
    [[1, 2], [2, 1]],
    [null, {}],
    [{ toString: 1 }, {}],
    ['1', 1],
  ])('tells %j from %j', (one, other) => {
    expect(isSameJson(one, other)).toBe(false);
    expect(isSameJson(other, one)).toBe(false);
  });

  it('does not care for the order of members', () => {
    expect(isSameJson({ a: [{ b: 1, c: 2 }], d: null }, { d: null, a: [{ c: 2, b: 1 }] })).toBe(true);
  });
});

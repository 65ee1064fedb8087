import jsep from 'jsep';
import { describe, expect, it } from 'vitest';
import { parseDepends } from './depends-expression.js';
import { evaluateWhen } from './when-expression.js';

describe('evaluateWhen', () => {
  it.each([
    ['', true], ['true == true', true], ['false == true', false], ['heads != tails', true], ["'a b' == \"a b\"", true], ['1 < 2', true], ['2 >= 2.0', true],
    ['"1" == 1', false], ['!(1 > 2)', true], ['a == b || c == c', true], ['a == a && c == d', false], ['x in (x, y)', true], ['z in (x, y)', false],
    ['abc =~ "^a"', true], ['abc !~ "^a"', false], ['(1 > 2 ? a : b) == b', true], ['1 + 2 == 3', true], ["'' == ''", true],
  ])('%s is %s', (when, expected) => expect(evaluateWhen(when)).toBe(expected));

  it.each([['foo', /Expected boolean/], ['1 < a', /comparator/], ['a b', /Invalid 'when'/], ['(', /Invalid 'when'/], ['a && b', /not a bool/], ['f()', /Invalid/], ['a.b == c', /Invalid/]])(
    '%s is refused',
    (when, message) => expect(() => evaluateWhen(when)).toThrow(message),
  );

  it('leaves the parser as it was for others', () => {
    evaluateWhen('x in (x, y)');
    expect(() => jsep('a =~ b')).toThrow(/Unexpected/);
  });
});

describe('parseDepends', () => {
  const phases: Readonly<Record<string, string>> = { a: 'Succeeded', 'b-1': 'Failed', c: 'Skipped', d: 'Omitted', e: 'Error' };
  const evaluate = (text: string, itemPhases?: string[]) => parseDepends(text).evaluate((task) => ({ phase: phases[task]!, itemPhases }));

  it.each([
    ['a', true], ['b-1', false], ['c', true], ['d', false], ['a.Succeeded && b-1.Failed', true], ['!a', false], ['e.Errored', true], ['d.Omitted', true],
    ['c.Skipped && !(a.Failed || b-1.Succeeded)', true], ['a.Daemoned', false],
  ])('%s is %s', (text, expected) => expect(evaluate(text)).toBe(expected));

  it('knows results of items', () => {
    expect(evaluate('a.AnySucceeded', ['Failed', 'Succeeded'])).toBe(true);
    expect(evaluate('a.AllFailed', ['Failed', 'Succeeded'])).toBe(false);
    expect(evaluate('a.AllFailed', [])).toBe(false);
  });

  it('lists each task once', () => expect(parseDepends('a.Succeeded || a.Failed || b-1').tasks).toEqual(['a', 'b-1']));

  it.each(['a.Done', 'a + b', 'a &&', 'a == b', 'f(a)', '"a"'])('refuses %s', (text) => expect(() => parseDepends(text)).toThrow(/depends|task result/));
});

import { aDag, type FixtureCase } from '@millrace/embedded-argo/testing';
import { type Recipe, aCase, nothing, task } from './a-case.js';

/** Words of the language in which Argo evaluates `depends`. */
const OPERATORS = ['in', 'not', 'and', 'or', 'matches', 'contains', 'startsWith', 'endsWith', 'let', 'if', 'else', 'xor', 'is'];
const LITERALS = ['true', 'false', 'nil', 'null', 'undefined'];
const FUNCTIONS = ['len', 'all', 'none', 'any', 'one', 'filter', 'map', 'count', 'find', 'sum', 'reduce', 'first', 'now', 'int', 'string', 'date', 'get', 'type', 'env', 'asInt', 'sprig', 'jsonpath', 'toJson', 'Math', 'Succeeded'];

function namesCase(name: string, recipe: Recipe, words: readonly string[]): FixtureCase {
  const pairs = words.flatMap((word) => [task(word, { template: 'nothing' }), task(`after-${word}`, { template: 'nothing', depends: `${word}.Succeeded` })]);
  return aCase(name, recipe, [aDag('root', pairs, { failFast: false }), nothing('nothing')]);
}

export const NAMES: readonly FixtureCase[] = [
  namesCase('names-of-operators', { rule: 'a task cannot be waited for when it is called like an operator of the expression language' }, OPERATORS),
  namesCase('names-of-literals', { rule: 'a task cannot be waited for when it is called like a literal of the expression language' }, LITERALS),
  namesCase('names-of-functions', { rule: 'a task may be called like a function of the expression language' }, FUNCTIONS),
  namesCase('names-in-one-word', { rule: 'names that begin with a word of the expression language are names' }, ['in-1', 'not-now', 'android', 'order', 'iff']),
];

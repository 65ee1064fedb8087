import { describe, expect, it } from 'vitest';
import type { DAGTask } from '@millrace/argo';
import { expandItems, isSequenceFormat } from './expand-items.js';

const expanded = (task: Partial<DAGTask>, value = '{{item}}'): { name: string; value: string }[] =>
  expandItems({ name: 't', template: 'x', arguments: { parameters: [{ name: 'p', value }] }, ...task }, () => undefined).map(({ name, task: { arguments: args } }) => ({ name, value: args!.parameters![0]!.value! }));

describe('expandItems', () => {
  it('gives numbers as they were written, and JSON as Go writes it', () => {
    expect(expanded({ withParam: '[1.0, 12345678901234567890, true, "x"]' }).map(({ value }) => value)).toEqual(['1.0', '12345678901234567890', 'true', 'x']);
    expect(expanded({ withParam: '[{"b": 1.50, "a": {"d": "<&>", "c": [2.0]}}]' })[0]!.value).toBe(String.raw`{"a":{"c":[2.0],"d":"\u003c\u0026\u003e"},"b":1.50}`);
  });

  it('gives members of an object by name', () => {
    expect(expanded({ withParam: '[{"a": 1, "b": {"z": 1, "y": 2}}]' }, '{{item.a}} {{item.b}}')[0]!.value).toBe('1 {"y":2,"z":1}');
  });

  it('names items by what they are, without parentheses', () => {
    expect(expanded({ withParam: '["a(b)", {"z": 1, "a": "x"}, [1, "b"]]' }).map(({ name }) => name)).toEqual(['t(0:ab)', 't(1:a:x,z:1)', 't(2:[1 b])']);
  });

  it.each([
    ['%d', ['8', '9', '10']],
    ['%02d', ['08', '09', '10']],
    ['n%3d!', ['n  8!', 'n  9!', 'n 10!']],
    ['%x', ['8', '9', 'a']],
    ['0x%02X', ['0x08', '0x09', '0x0A']],
  ])('formats a sequence with %s', (format, values) => {
    expect(isSequenceFormat(format)).toBe(true);
    expect(expanded({ withSequence: { start: '8', end: '10', format } }).map(({ value }) => value)).toEqual(values);
  });

  it.each(['%v', '%d %d', 'x', '%-3d'])('does not know the format %s', (format) => expect(isSequenceFormat(format)).toBe(false));

  it.each([['[1', /could not be parsed/], ['{"a":1}', /could not be parsed/]])('refuses %s', (withParam, message) => {
    expect(() => expanded({ withParam })).toThrow(message);
  });
});

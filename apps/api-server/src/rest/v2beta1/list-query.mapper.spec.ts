import { describe, expect, it } from 'vitest';
import { parseFilter, toListQuery } from './list-query.mapper.js';

const one = (predicate: unknown) => parseFilter(JSON.stringify({ predicates: [predicate] }))[0];

describe('a filter', () => {
  it('reads what the SDK sends: a number and lowerCamel', () => {
    expect(one({ operation: 1, key: 'display_name', stringValue: 'x' })).toEqual({ operation: 'EQUALS', key: 'display_name', value: 'x' });
  });

  it("reads what upstream's page sends: encoded twice", () => {
    const filter = { predicates: [{ operation: 'IS_SUBSTRING', key: 'name', string_value: 'a b' }] };
    expect(parseFilter(encodeURIComponent(JSON.stringify(filter)))).toEqual([{ operation: 'IS_SUBSTRING', key: 'name', value: 'a b' }]);
  });

  it('keeps percent signs and pluses of a filter that was encoded once', () => {
    expect(one({ operation: 'EQUALS', key: 'name', string_value: '100%+1' })).toMatchObject({ value: '100%+1' });
  });

  it.each([
    [{ int_value: 0 }, 0],
    [{ long_value: '5' }, 5],
    [{ string_value: '' }, ''],
    [{ timestamp_value: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00Z'],
  ])('reads the value %j', (value, read) => {
    expect(one({ operation: 'LESS_THAN', key: 'created_at', ...value })).toMatchObject({ value: read });
  });

  it('reads lists for IN', () => {
    expect(one({ operation: 'IN', key: 'id', string_values: { values: ['a'] } })).toEqual({ operation: 'IN', key: 'id', value: ['a'] });
    expect(one({ operation: 'IN', key: 'id', longValues: { values: ['1', 2] } })).toMatchObject({ value: [1, 2] });
    expect(one({ operation: 'IN', key: 'id', int_values: {} })).toMatchObject({ value: [] });
  });

  it.each([
    'x',
    '%7B',
    '[]',
    '{"predicates":{}}',
    '{"predicate":[]}',
    '{"predicates":[{}]}',
    '{"predicates":[{"operation":4,"key":"a","string_value":"b"}]}',
    '{"predicates":[{"operation":1,"string_value":"b"}]}',
    '{"predicates":[{"operation":1,"key":"a"}]}',
    '{"predicates":[{"operation":1,"key":"a","string_value":"b","int_value":1}]}',
    '{"predicates":[{"operation":8,"key":"a","string_value":"b"}]}',
    '{"predicates":[{"operation":1,"key":"a","string_values":{"values":["b"]}}]}',
    '{"predicates":[{"operation":9,"key":"a","int_value":1}]}',
    '{"predicates":[{"operation":1,"key":"a","long_value":"9223372036854775807"}]}',
    '{"predicates":[{"operation":1,"key":"a","timestamp_value":"yesterday"}]}',
  ])('refuses %s', (text) => {
    expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('is absent when it is empty', () => {
    expect(toListQuery({ filter: '', page_token: '', sort_by: '' })).toEqual({});
  });
});

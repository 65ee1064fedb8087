import { describe, expect, it } from 'vitest';
import { v2beta1 } from './index.js';

describe('a message', () => {
  it('reads snake_case and lowerCamel names alike', () => {
    expect(v2beta1.run.parse({ displayName: 'a', runtime_config: { pipelineRoot: '/r' } })).toEqual({ display_name: 'a', runtime_config: { pipeline_root: '/r' } });
  });

  it('refuses a field given in both forms', () => {
    expect(v2beta1.run.safeParse({ displayName: 'a', display_name: 'b' }).success).toBe(false);
  });

  it('refuses fields it does not know, also in what it holds', () => {
    expect(v2beta1.run.safeParse({ display_name: 'a', colour: 'red' }).success).toBe(false);
    expect(v2beta1.run.safeParse({ runtime_config: { colour: 'red' } }).success).toBe(false);
  });

  it('takes null for a field as unset, and keeps null where any value may be', () => {
    expect(v2beta1.run.parse({ description: null, runtime_config: { parameters: { a: null } } })).toEqual({ runtime_config: { parameters: { a: null } } });
  });

  it('leaves the names inside values as they are', () => {
    const parameters = { snake_name: { innerName: 1, inner_name: 2 }, __proto: 3 };
    expect(v2beta1.run.parse({ runtime_config: { parameters } }).runtime_config?.parameters).toEqual(parameters);
  });

  it.each([null, undefined, 'text', 1, [], [{}]])('refuses %j in its place', (value) => {
    expect(v2beta1.run.safeParse(value).success).toBe(false);
  });
});

describe('an enum', () => {
  it('is read by name or by number', () => {
    expect(v2beta1.filter.parse({ predicates: [{ operation: 8 }, { operation: 'IN' }] }).predicates).toEqual([{ operation: 'IN' }, { operation: 'IN' }]);
  });

  it('refuses numbers that stand for nothing', () => {
    expect(v2beta1.filter.safeParse({ predicates: [{ operation: 4 }] }).success).toBe(false);
  });
});

describe('a 64-bit integer', () => {
  it.each([[3, '3'], ['60', '60'], ['9223372036854775807', '9223372036854775807']])('reads %j as text', (given, read) => {
    expect(v2beta1.recurringRun.parse({ max_concurrency: given }).max_concurrency).toBe(read);
  });

  it.each([1.5, 'x', '', true])('refuses %j', (given) => {
    expect(v2beta1.recurringRun.safeParse({ max_concurrency: given }).success).toBe(false);
  });
});

describe('a query', () => {
  it('takes empty text as unset and ignores what it does not know', () => {
    expect(v2beta1.listRunsQuery.parse({ page_token: '', pageSize: '10', utm: 'x' })).toEqual({ page_size: 10 });
  });

  it("reads Python's and Go's booleans", () => {
    expect(v2beta1.deletePipelineQuery.parse({ cascade: 'True' })).toEqual({ cascade: true });
    expect(v2beta1.deletePipelineQuery.safeParse({ cascade: 'yes' }).success).toBe(false);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCycle, sortTopologically } from './sort-topologically.js';

const graphs = fc.dictionary(fc.constantFrom(...'abcdefghij'), fc.array(fc.constantFrom(...'abcdefghij'), { maxLength: 4 }));
const sort = (graph: Record<string, readonly string[]>) => sortTopologically(Object.keys(graph), (node) => graph[node] ?? []);

describe('sortTopologically', () => {
  it('puts every node after what it depends on, or names real cycles', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const { order, cycles } = sort(graph);
        const position = new Map(order.map((node, index) => [node, index]));
        for (const node of order) {
          for (const dependency of (graph[node] ?? []).filter((name) => Object.hasOwn(graph, name))) {
            expect(position.get(dependency)).toBeLessThan(position.get(node) ?? -1);
          }
        }
        expect(cycles.length > 0).toBe(order.length < Object.keys(graph).length);
        for (const cycle of cycles) {
          expect(cycle.at(-1)).toBe(cycle[0]);
          for (const [index, node] of cycle.slice(0, -1).entries()) expect(graph[node]).toContain(cycle[index + 1]);
        }
      }),
    );
  });

  it('keeps the given order among equals', () => {
    expect(sort({ c: [], a: [], b: ['a'] }).order).toEqual(['c', 'a', 'b']);
  });

  it('names cycles apart from each other', () => {
    expect(sort({ a: ['b'], b: ['a'], c: ['c'], d: ['a'] }).cycles).toEqual([
      ['a', 'b', 'a'],
      ['c', 'c'],
    ]);
  });

  it('takes time in proportion to the graph', () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => `t${index}`);
    const started = performance.now();
    const { order } = sortTopologically(nodes, (node) => (node === 't0' ? [] : [`t${Number(node.slice(1)) - 1}`]));
    expect(order).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('describeCycle', () => {
  it('leaves out the middle of a long one', () => {
    const cycle = [...Array.from({ length: 50 }, (_, index) => `t${index}`), 't0'];
    expect(describeCycle(cycle)).toBe('t0 → t1 → t2 → t3 → t4 → t5 → t6 → t7 → t8 → … (40 more) … → t49 → t0');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignShards } from './assign-shards.js';

const members = fc.uniqueArray(fc.stringMatching(/^agent-[a-z0-9]{1,12}$/), { minLength: 1, maxLength: 12 });
const ownerOf = (assigned: ReadonlyMap<string, readonly number[]>) => new Map([...assigned].flatMap(([member, shards]) => shards.map((shard) => [shard, member] as const)));

describe('assignShards', () => {
  it('gives every shard to exactly one member, and everybody as many as the others, give or take one', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 64 }), (names, count) => {
        const assigned = assignShards(names, count);
        expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, shard) => shard));
        const sizes = [...assigned.values()].map((shards) => shards.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('gives the same answer whoever asks, in whatever order the members are named', () => {
    fc.assert(
      fc.property(members, fc.func(fc.integer()), (names, weight) => {
        const shuffled = [...names].sort((a, b) => weight(a) - weight(b));
        expect(assignShards(shuffled, 32)).toEqual(assignShards(names, 32));
      }),
    );
  });

  it('moves less than half of the others\' shards when a member comes or goes', () => {
    let moved = 0;
    let kept = 0;
    fc.assert(
      fc.property(members, (names) => {
        const [leaver, ...others] = names;
        if (others.length < 2) return;
        const before = ownerOf(assignShards(names, 32));
        const after = ownerOf(assignShards(others, 32));
        for (const [shard, member] of before) {
          if (member === leaver) continue;
          if (after.get(shard) === member) kept += 1;
          else moved += 1;
        }
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(moved / (moved + kept)).toBeLessThan(0.5);
  });

  it('has nothing to give when there is nobody', () => {
    expect(assignShards([], 32).size).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { iterationOf, parentOf, taskKeyOf, taskPath } from './scope-path.js';

describe('a scope path', () => {
  it.each([
    ['root', undefined, 'root', undefined],
    ['root/train', 'root', 'train', undefined],
    ['root/group/train', 'root/group', 'train', undefined],
    ['root/loop#3', 'root/loop', 'loop', 3],
    ['root/loop#3/print', 'root/loop#3', 'print', undefined],
    ['root/loop#3/inner#12', 'root/loop#3/inner', 'inner', 12],
  ])('%s is in %s, names %s, iteration %s', (path, parent, key, iteration) => {
    expect([parentOf(path), taskKeyOf(path), iterationOf(path)]).toEqual([parent, key, iteration]);
  });

  it('is made of a scope and a key', () => {
    expect(taskPath('root/loop#3', 'print')).toBe('root/loop#3/print');
  });
});

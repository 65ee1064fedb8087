import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestorsOf, fieldPath, keyPath, splitPath } from './spec-path.js';

describe('paths', () => {
  it('come apart into the steps they were made of, whatever the names', () => {
    const steps = fc.array(fc.oneof(fc.string(), fc.constantFrom("it's", 'a.b', '[0]', '\\', "\\'", '\n')), { minLength: 1 });
    fc.assert(
      fc.property(steps, (names) => {
        expect(splitPath(names.reduce(keyPath, 'root'))).toEqual(['root', ...names]);
        expect(splitPath(names.reduce(fieldPath, 'root'))).toEqual(['root', ...names]);
      }),
    );
  });

  it('read as they are written in the docs', () => {
    expect(fieldPath(keyPath(fieldPath(fieldPath('', 'root'), 'tasks'), 'train'), 'inputs')).toBe("root.tasks['train'].inputs");
    expect(ancestorsOf("root.tasks['train'].inputs")).toEqual(["root.tasks['train'].inputs", "root.tasks['train']", 'root.tasks', 'root', '']);
  });
});

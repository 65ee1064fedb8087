import { describe, expect, it } from 'vitest';
import { environmentKey, normaliseRequirements, withSdk } from './requirements.js';

const key = (...pip: string[][]) => environmentKey(normaliseRequirements(pip), '3.11.7');

describe('requirements', () => {
  it('are the same whatever the order of packages and calls', () => {
    expect(key(['a', 'b'], ['c'])).toBe(key(['c'], ['b', 'a']));
    expect(key(['a'], ['b'])).not.toBe(key(['a', 'b']));
  });

  it('are the same with a package that no supported Python would get', () => {
    expect(key(['kfp==2.17.0', '--no-deps', 'typing-extensions>=3.7.4,<5; python_version<"3.9"'])).toBe(key(['kfp==2.17.0', '--no-deps']));
  });

  it('differ by version, index, and the rank of indexes', () => {
    const keys = [key(['a==1']), key(['a==2']), key(['--index-url', 'https://x', 'a==1']), key(['--index-url', 'https://x', '--extra-index-url', 'https://y', 'a==1']), key(['--index-url', 'https://y', '--extra-index-url', 'https://x', 'a==1'])];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('differ by minor version of Python only', () => {
    const requirements = { pip: [['a']] };
    expect(environmentKey(requirements, '3.11.7')).toBe(environmentKey(requirements, '3.11.9'));
    expect(environmentKey(requirements, '3.11.7')).not.toBe(environmentKey(requirements, '3.12.0'));
  });

  it.each([
    [['pandas'], true],
    [['kfp==2.1.0'], false],
    [['kfp'], false],
    [['kfp-pipeline-spec'], true],
    [['git+https://host/kubeflow/pipelines@x#subdirectory=sdk/python'], false],
  ])('of a component with %j get the SDK added: %s', (install, added) => {
    expect(withSdk({ pip: [install] }, ['kfp==2.17.0', '--no-deps']).pip).toHaveLength(added ? 2 : 1);
  });
});

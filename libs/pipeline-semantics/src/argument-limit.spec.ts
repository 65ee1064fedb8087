import { describe, expect, it } from 'vitest';
import { argumentProblem } from './argument-limit.js';

const given = (text: string) => argumentProblem({ path: 'root/a', command: ['c'], args: [text], env: [] });

describe('argumentProblem', () => {
  it.each([
    ['x'.repeat(131_071), true],
    ['x'.repeat(131_072), false],
    ['中'.repeat(43_690), true],
    ['中'.repeat(43_691), false],
    // Two in a container's text are one for the program.
    ['$$'.repeat(131_071), true],
  ])('measures what the program gets, in bytes', (text, fits) => {
    expect(given(text) === undefined).toBe(fits);
  });

  it('names the task, the size and the remedy', () => {
    expect(given('x'.repeat(200 * 1024))).toBe('Task "root/a" is given an argument of 200 KiB, and a program can take at most 128 KiB; pass large values as artifacts.');
    expect(argumentProblem({ path: 'root/a', command: [], args: [], env: [{ name: 'N', value: 'x'.repeat(131_070) }] })).toContain('128 KiB');
  });
});

import { describe, expect, it } from 'vitest';
import { refuseFixedPaths, relocatePaths } from './relocate-paths.js';

const mounts = [
  { source: '/data/out', target: '/tmp/outputs' },
  { source: '/data/deep', target: '/tmp/outputs/deep' },
];
const relocate = (...argv: string[]) => relocatePaths(argv, mounts, 'reason');

describe('relocatePaths', () => {
  it('moves whole arguments, by the deepest mount', () => {
    expect(relocate('/tmp/outputs', '/tmp/outputs/a', '/tmp/outputs/deep/x', '/tmp/outputs2', 'text')).toEqual(['/data/out', '/data/out/a', '/data/deep/x', '/tmp/outputs2', 'text']);
  });

  it('moves values inside JSON and leaves its keys and texts', () => {
    expect(JSON.parse(relocate(JSON.stringify({ '/tmp/outputs': ['/tmp/outputs/a', 'see /tmp/other'] }))[0]!)).toEqual({ '/tmp/outputs': ['/data/out/a', 'see /tmp/other'] });
  });

  it.each(['cat /tmp/outputs/a', '--out=/tmp/outputs', 'echo > /tmp/outputs'])('refuses "%s"', (argument) => {
    expect(() => relocate(argument)).toThrow(/"\/tmp\/outputs" stands inside a longer argument.*reason/);
  });

  it('refuses a component whose code names a mounted path', () => {
    expect(() => refuseFixedPaths("open('/tmp/outputs/deep/x')", mounts, 'reason')).toThrow(/code of the component names "\/tmp\/outputs".*reason.*as a parameter/);
    expect(() => refuseFixedPaths("open('/tmp/outputs2')", mounts, 'reason')).not.toThrow();
    expect(() => refuseFixedPaths("open('/a')", [{ source: '/a', target: '/a' }], 'reason')).not.toThrow();
  });

  it('leaves everything when mounts are where they are', () => {
    expect(relocatePaths(['cat /a/b'], [{ source: '/a', target: '/a' }], '')).toEqual(['cat /a/b']);
  });
});

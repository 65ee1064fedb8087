import { describe, expect, it } from 'vitest';
import { describeDuration, parseDuration } from './duration.js';
import { displayName, fnv1a32, nodeId, podName } from './node-id.js';

describe('node ids', () => {
  // Known answers of 32-bit FNV-1a.
  it.each([['', 0x811c9dc5], ['a', 0xe40c292c], ['foobar', 0xbf9cf968]])('the hash of "%s"', (text, hash) => expect(fnv1a32(text)).toBe(hash));

  it('are the name for the root and name and hash for others', () => {
    expect(nodeId('wf', 'wf')).toBe('wf');
    expect(nodeId('wf', 'wf.a')).toBe(`wf-${fnv1a32('wf.a')}`);
    expect(podName('wf', 'wf.a', 'tmpl')).toBe(`wf-tmpl-${fnv1a32('wf.a')}`);
    expect(podName('wf', 'wf', 'tmpl')).toBe('wf');
    expect(podName('w'.repeat(300), 'x', 't').length).toBeLessThanOrEqual(253);
  });

  it('are shown without their boundary', () => {
    expect(displayName('wf', undefined)).toBe('wf');
    expect(displayName('wf.a.b', 'wf.a')).toBe('b');
    expect(displayName('wf.a(0:x.y)', 'wf')).toBe('a(0:x.y)');
  });
});

describe('durations', () => {
  it.each([['30', 30_000], ['1h30m', 5_400_000], ['1.5s', 1_500], ['100ms', 100], ['nonsense', undefined], ['', undefined]])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each([[5_000, '5 seconds'], [61_000, '1 minute 1 second'], [3_600_000, '1 hour'], [0, '0 seconds']])('%i ms', (ms, text) => expect(describeDuration(ms)).toBe(text));
});

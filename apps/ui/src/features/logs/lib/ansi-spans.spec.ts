import { describe, expect, it } from 'vitest';
import { ansiSpans, levelOf, markHits, plainText } from './ansi-spans';

describe('lines of a log', () => {
  it('become spans with our colours', () => {
    expect(ansiSpans('\u001B[31mred\u001B[0m plain')).toEqual([
      { text: 'red', classes: 'ansi-red' },
      { text: ' plain', classes: '' },
    ]);
    expect(ansiSpans('<b>')).toEqual([{ text: '<b>', classes: '' }]);
  });

  it('show the last state of a progress bar', () => {
    expect(plainText(' 10%\r 50%\r100%')).toBe('100%');
  });

  it('are marked by level', () => {
    expect(levelOf({ text: 'UserWarning: deprecated' })).toBe('warning');
    expect(levelOf({ text: 'ValueError: x', stream: 'stderr' })).toBe('error');
    expect(levelOf({ text: '2026-01-01 12:00 ERROR no such file' })).toBe('error');
    expect(levelOf({ text: 'error rate 0.1' })).toBeUndefined();
    expect(levelOf({ text: 'Collecting x', stream: 'stderr' })).toBeUndefined();
  });

  it('show hits of a search within their spans', () => {
    expect(markHits([{ text: 'abcABC', classes: '' }], 'bc')).toEqual([
      { text: 'a', classes: '' },
      { text: 'bc', classes: '', hit: true },
      { text: 'A', classes: '' },
      { text: 'BC', classes: '', hit: true },
    ]);
  });
});

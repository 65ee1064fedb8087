import { describe, expect, it } from 'vitest';
import { appendPage, EMPTY_WINDOW, MAX_LINES, prependLines, reachesEnd, startOf, windowOf, type LogLine } from './log-window';

const line = (number: number): LogLine => ({ number, offset: (number - 1) * 10, text: `line ${number}` });
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => line(from + at));
const page = (from: number, to: number, size = to * 10, complete = false) => ({ lines: lines(from, to), next_offset: to * 10, size_bytes: size, complete });

describe('a window on a log', () => {
  it('grows at its end and does not take a line twice', () => {
    const window = appendPage(windowOf(page(1, 3)), page(2, 5));
    expect(window.lines.map((each) => each.number)).toEqual([1, 2, 3, 4, 5]);
    expect(reachesEnd(window)).toBe(true);
  });

  it('keeps the newest lines when it grows too long at the end', () => {
    const window = appendPage(windowOf(page(1, MAX_LINES)), page(MAX_LINES + 1, MAX_LINES + 10));
    expect(window.lines).toHaveLength(MAX_LINES);
    expect(window.lines[0]?.number).toBe(11);
    expect(startOf(window)).toBe(100);
  });

  it('gives up its end when it grows too long at the start, and knows where to read on', () => {
    const window = prependLines(windowOf(page(101, 100 + MAX_LINES)), lines(1, 100));
    expect(window.lines).toHaveLength(MAX_LINES);
    expect(window.lines[0]?.number).toBe(1);
    expect(window.end).toBe(MAX_LINES * 10);
    expect(window.complete).toBe(false);
    expect(reachesEnd(window)).toBe(false);
  });

  it('stays the same when nothing lies before it', () => {
    const window = windowOf(page(1, 3));
    expect(prependLines(window, lines(1, 2))).toBe(window);
    expect(startOf(EMPTY_WINDOW)).toBe(0);
  });
});

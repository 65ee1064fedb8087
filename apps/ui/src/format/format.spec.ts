import { describe, expect, it } from 'vitest';
import { formatDuration, formatTick } from './duration';
import { cutMiddle, formatBytes, formatNumber } from './number';
import { formatClock, formatTime } from './time';

const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;

describe('formatDuration', () => {
  it.each([
    [0, '0 s', '0 秒'],
    [400, '0.4 s', '0.4 秒'],
    [18, '18 ms', '18 毫秒'],
    [970, '1 s', '1 秒'],
    [12 * S + 900, '12 s', '12 秒'],
    [3 * MIN + 12 * S, '3 min 12 s', '3 分 12 秒'],
    [H + 52 * MIN + 59 * S, '1 h 52 min', '1 小时 52 分'],
    [2 * D + 4 * H, '2 d 4 h', '2 天 4 小时'],
    [2 * MIN, '2 min', '2 分'],
    [-5, '0 s', '0 秒'],
  ])('says %i ms with two units at most', (span, en, zh) => {
    expect(formatDuration(span, 'en')).toBe(en);
    expect(formatDuration(span, 'zh')).toBe(zh);
  });
});

describe('formatTime', () => {
  const now = new Date(2026, 10, 22, 14, 40, 0);
  const before = (span: number) => new Date(now.getTime() - span);
  it.each([
    [before(20 * S), 'just now', '刚刚'],
    [before(12 * MIN), '12 min ago', '12 分钟前'],
    [before(2 * H), '2 h ago', '2 小时前'],
    [new Date(2026, 10, 22, 2, 0), 'Today, 02:00', '今天 02:00'],
    [new Date(2026, 10, 21, 18, 12), 'Yesterday, 18:12', '昨天 18:12'],
    [new Date(2026, 10, 20, 20, 46), 'Fri 20 Nov, 20:46', '11月20日 周五 20:46'],
    [new Date(2025, 10, 20, 8, 0), '20 Nov 2025', '2025年11月20日'],
  ])('grows coarser with age', (time, en, zh) => {
    expect(formatTime(time, now, 'en')).toBe(en);
    expect(formatTime(time, now, 'zh')).toBe(zh);
  });

  it('shows milliseconds where lines need them', () => {
    expect(formatClock(new Date(2026, 0, 1, 4, 5, 6, 7), { milliseconds: true })).toBe('04:05:06.007');
  });
});

describe('numbers', () => {
  it('separates thousands, keeps small numbers as typed and uses a true minus', () => {
    expect(formatNumber(1284)).toBe('1,284');
    expect(formatNumber(0.00003)).toBe('3e-5');
    expect(formatNumber(-2.5)).toBe('−2.5');
    expect(formatNumber(0.893)).toBe('0.893');
  });

  it('gives sizes in binary units', () => {
    expect(formatBytes(512)).toBe('512 B');
    expect(formatBytes(1.2 * 1024 ** 3)).toBe('1.2 GiB');
    expect(formatBytes(210 * 1024 ** 2)).toBe('210 MiB');
  });

  it('cuts ids in the middle', () => {
    expect(cutMiddle('abcdefghij', 7)).toBe('abc…hij');
    expect(cutMiddle('abc', 7)).toBe('abc');
  });
});

describe('formatTick', () => {
  it('tells marks of one axis from each other', () => {
    const labels = (count: number, step: number, from = 0) => Array.from({ length: count }, (_, index) => formatTick(from + index * step, step, 'en'));
    expect(labels(5, 500)).toEqual(['0 s', '0.5 s', '1.0 s', '1.5 s', '2.0 s']);
    expect(labels(2, 50, 1000)).toEqual(['1.00 s', '1.05 s']);
    expect(labels(2, 500, 62_000)).toEqual(['1 min 2.0 s', '1 min 2.5 s']);
    expect(labels(3, 5_000)).toEqual(['0 s', '5 s', '10 s']);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.js';

const HOUR = 3_600_000;

describe('the clock of the system', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const armed = (ms: number) => {
    const fired = vi.fn<() => void>();
    const cancel = systemClock.at(Date.now() + ms, fired);
    return { fired, cancel };
  };

  it('fires at its time and not before', () => {
    const { fired } = armed(10_000);
    vi.advanceTimersByTime(9_999);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(HOUR);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('waits no longer than it was told to, though the time of day is set back', () => {
    const { fired } = armed(10_000);
    vi.advanceTimersByTime(5_000);
    vi.setSystemTime(Date.now() - HOUR);
    vi.advanceTimersByTime(5_000);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('notices soon that the time of day was set on, or that the machine slept', () => {
    const { fired } = armed(2 * HOUR);
    vi.setSystemTime(Date.now() + 2 * HOUR);
    vi.advanceTimersByTime(30_000);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('can be told not to', () => {
    const { fired, cancel } = armed(90_000);
    vi.advanceTimersByTime(60_000);
    cancel();
    vi.advanceTimersByTime(HOUR);
    expect(fired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

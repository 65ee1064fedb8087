import { describe, expect, it } from 'vitest';
import { doneOf, sumOf, visualCounts, visualOfRun, worstOf } from './visual-state';

describe('visual states', () => {
  it('shows a run in which nothing ran as cached', () => {
    expect(visualOfRun({ state: 'SUCCEEDED', task_counts: { CACHED: 36, SKIPPED: 2 } })).toBe('cached');
    expect(visualOfRun({ state: 'SUCCEEDED', task_counts: { CACHED: 36, SUCCEEDED: 1 } })).toBe('succeeded');
  });

  it('keeps the running glyph while a run with a failure goes on, or is being canceled', () => {
    expect(visualOfRun({ state: 'RUNNING', task_counts: { FAILED: 1 } })).toBe('running');
    expect(visualOfRun({ state: 'CANCELING', task_counts: {} })).toBe('running');
  });

  it('counts as done what gave its result, not what failed or was canceled', () => {
    const counts = visualCounts({ SUCCEEDED: 27, CACHED: 5, FAILED: 1, RUNNING: 1, PENDING: 4 });
    expect(sumOf(counts)).toBe(38);
    expect(doneOf(counts)).toBe(32);
  });

  it('gives a folded group its worst state', () => {
    expect(worstOf(['succeeded', 'failed', 'running'])).toBe('failed');
    expect(worstOf(['cached', 'succeeded'])).toBe('succeeded');
    expect(worstOf(['cached', 'skipped'])).toBe('cached');
    expect(worstOf([])).toBe('pending');
  });
});

import type { RunDetail, RunSummary, TaskSummary } from '@millrace/api-contract';
import { describe, expect, it } from 'vitest';
import { applyToList, applyToRun, isNewer, mergeTasks } from './apply-event';

const task = (id: string, state: TaskSummary['state'], position = 0) => ({ id, state, position }) as TaskSummary;
const run = (id: string, state: RunSummary['state']) => ({ id, state }) as RunSummary;

describe('applying events', () => {
  it('replaces only the tasks that changed and keeps the identity of the others', () => {
    const tasks = [task('a', 'RUNNING'), task('b', 'PENDING')];
    const merged = mergeTasks(tasks, [task('b', 'RUNNING')]);
    expect(merged[0]).toBe(tasks[0]);
    expect(merged[1]?.state).toBe('RUNNING');
  });

  it('adds tasks that appeared, in their order', () => {
    expect(mergeTasks([task('b', 'PENDING', 2)], [task('a', 'PENDING', 1)]).map((each) => each.id)).toEqual(['a', 'b']);
  });

  it('ignores events that the fetched data already includes', () => {
    const detail = { run: run('r', 'SUCCEEDED'), tasks: [] as TaskSummary[], revision: '10' } as unknown as RunDetail;
    expect(applyToRun(detail, { type: 'run', run: run('r', 'RUNNING') }, '9')).toBe(detail);
    expect(applyToRun(detail, { type: 'run', run: run('r', 'FAILED') }, '11').run.state).toBe('FAILED');
    expect(applyToRun(detail, { type: 'run', run: run('other', 'FAILED') }, '12')).toBe(detail);
  });

  it('changes a row in place and leaves other lists alone', () => {
    const list = { runs: [run('a', 'RUNNING'), run('b', 'RUNNING')], total_size: 2, revision: '10' };
    expect(applyToList(list, run('b', 'FAILED'), '11').runs.map((each) => each.state)).toEqual(['RUNNING', 'FAILED']);
    expect(applyToList(list, run('c', 'FAILED'), '11')).toBe(list);
    expect(applyToList(list, run('b', 'FAILED'), '10')).toBe(list);
  });

  it('compares ids as numbers', () => {
    expect(isNewer('10', '9')).toBe(true);
    expect(isNewer('9', '10')).toBe(false);
    expect(isNewer('9', '9')).toBe(false);
    expect(isNewer('10.a', '9.a')).toBe(true);
    expect(isNewer('9.a', '10.a')).toBe(false);
  });

  it('takes the event of another server for news, because its numbers are its own', () => {
    expect(isNewer('9.b', '10.a')).toBe(true);
    expect(isNewer('10.b', '10.a')).toBe(true);
  });
});

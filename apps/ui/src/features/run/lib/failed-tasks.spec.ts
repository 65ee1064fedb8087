import type { TaskSummary } from '@millrace/api-contract';
import { describe, expect, it } from 'vitest';
import { filterTasks, nextFailed } from './failed-tasks';

const task = (path: string, state: TaskSummary['state'], kind: TaskSummary['kind'] = 'container') => ({ path, name: path.split('/').at(-1), state, kind }) as TaskSummary;
const tasks = [task('root/a', 'FAILED'), task('root/b', 'SUCCEEDED'), task('root/g', 'RUNNING', 'dag'), task('root/g/c', 'FAILED')];

describe('failed tasks', () => {
  it('are gone through in both directions, around the end', () => {
    expect(nextFailed(tasks, undefined, 1)?.path).toBe('root/a');
    expect(nextFailed(tasks, 'root/a', 1)?.path).toBe('root/g/c');
    expect(nextFailed(tasks, 'root/g/c', 1)?.path).toBe('root/a');
    expect(nextFailed(tasks, 'root/a', -1)?.path).toBe('root/g/c');
    expect(nextFailed([task('root/b', 'SUCCEEDED')], undefined, 1)).toBeUndefined();
  });
});

describe('filterTasks', () => {
  it('lets tasks through together with the groups they are in', () => {
    const visible = filterTasks(tasks, { state: 'failed' });
    expect(visible?.has('root/g')).toBe(true);
    expect(visible?.has('root/b')).toBe(false);
    expect(filterTasks(tasks, {})).toBeUndefined();
    expect([...(filterTasks(tasks, { text: 'B' }) ?? [])]).toContain('root/b');
  });
});

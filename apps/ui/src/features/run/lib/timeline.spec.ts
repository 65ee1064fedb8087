import type { TaskSummary } from '@millrace/api-contract';
import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path';
import { spanOf } from './task-span';
import { tasksAtOnce } from './tasks-at-once';
import { timelineRows } from './timeline-rows';

const ZERO = Date.parse('2026-11-22T08:00:00Z');
const at = (second: number) => new Date(ZERO + second * 1000).toISOString();

/** A task that waited from the first second, ran from the second, ended at the third. */
function ran(path: string, [queued, started, finished]: readonly [number?, number?, number?], more: Partial<TaskSummary> = {}): TaskSummary {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return {
    id: path, path, parent_path: parent, key: path, name: path.slice(parent.length + 1), kind: 'container', position: 0, depends_on: [], state: 'SUCCEEDED', attempts: 1, facts: [],
    ...(queued !== undefined && { queued_at: at(queued) }),
    ...(started !== undefined && { started_at: at(started) }),
    ...(finished !== undefined && { finished_at: at(finished) }),
    ...more,
  };
}
const all = { now: ZERO + 100_000, unfolded: new Set<string>(), visible: undefined };
const run = { from: ZERO, now: ZERO + 100_000 };

describe('the span of a task', () => {
  it('goes on until now while it is not over, and is nothing before it is reached', () => {
    expect(spanOf(ran('root/a', [1, 2], { state: 'RUNNING' }), ZERO + 9000)).toEqual({ queued: ZERO + 1000, started: ZERO + 2000, to: ZERO + 9000 });
    expect(spanOf(ran('root/a', [], { state: 'PENDING' }), ZERO)).toBeUndefined();
    expect(spanOf(ran('root/a', [1, undefined, 1], { state: 'SKIPPED' }), ZERO)).toBeUndefined();
  });

  it('is a moment for what came from the cache without a time of its own', () => {
    expect(spanOf(ran('root/a', [1], { state: 'CACHED' }), ZERO + 9000)).toEqual({ queued: ZERO + 1000, started: undefined, to: ZERO + 1000 });
  });

  it('is never negative when clocks differ', () => {
    expect(spanOf(ran('root/a', [3, 2], { state: 'RUNNING' }), ZERO)).toEqual({ queued: ZERO + 2000, started: ZERO + 2000, to: ZERO + 2000 });
  });
});

describe('the rows of the timeline', () => {
  const tasks = [
    ran('root', [0, 0, 9], { kind: 'dag', parent_path: '' }),
    ran('root/later', [5, 6, 7]),
    ran('root/never', [], { state: 'PENDING' }),
    ran('root/loop', [1, 1, 5], { kind: 'dag' }),
    ran('root/loop#1', [1, 1, 5], { kind: 'dag', parent_path: 'root/loop', iteration: 1 }),
    ran('root/loop#0', [1, 1, 4], { kind: 'dag', parent_path: 'root/loop', iteration: 0 }),
    ran('root/loop#0/x', [1, 2, 4]),
    ran('root/first', [0, 0, 1]),
  ];
  const names = (options: Partial<typeof all> | { visible: ReadonlySet<string> }) => timelineRows(tasks, { ...all, ...options }).map(({ task, depth }) => `${'  '.repeat(depth)}${task.name}`);

  it('come in the order in which tasks began, what has not begun last, groups folded', () => {
    expect(names({})).toEqual(['first', 'loop', 'later', 'never']);
  });

  it('unfold, iterations by number where they began together', () => {
    expect(names({ unfolded: new Set(['root/loop', 'root/loop#0']) })).toEqual(['first', 'loop', '  loop#0', '    x', '  loop#1', 'later', 'never']);
  });

  it('show what a filter found inside folded groups', () => {
    expect(names({ visible: new Set(['root', 'root/loop', 'root/loop#0', 'root/loop#0/x']) })).toEqual(['loop', '  loop#0', '    x']);
  });
});

describe('the critical path', () => {
  it('goes back from the task that ended last to what each waited for last', () => {
    const tasks = [ran('root/a', [0, 1, 4]), ran('root/b', [0, 1, 6]), ran('root/c', [6, 8, 10], { depends_on: ['root/a', 'root/b'] }), ran('root/beside', [0, 0, 9])];
    expect(criticalPath(tasks, run)).toMatchObject({ tasks: ['root/b', 'root/c'], running: 7000, queued: 3000, between: 0, longest: { task: { name: 'b' }, running: 5000 } });
  });

  it('enters groups: members wait for what their group waits for, and a group ends with its last member', () => {
    const tasks = [
      ran('root/before', [0, 0, 2]),
      ran('root/loop', [2, 2, 7], { kind: 'dag', depends_on: ['root/before'] }),
      ran('root/loop#0', [2, 2, 4], { kind: 'dag', parent_path: 'root/loop' }),
      ran('root/loop#0/x', [2, 2, 4]),
      ran('root/loop#1', [2, 2, 7], { kind: 'dag', parent_path: 'root/loop' }),
      ran('root/loop#1/x', [2, 4, 7]),
      ran('root/after', [7, 7, 8], { depends_on: ['root/loop'] }),
    ];
    expect(criticalPath(tasks, run)).toMatchObject({ tasks: ['root/before', 'root/loop#1/x', 'root/after'], running: 6000, queued: 2000, between: 0 });
  });

  it('knows of the time in which nothing of it went on', () => {
    expect(criticalPath([ran('root/a', [2, 2, 3]), ran('root/b', [4, 4, 5], { depends_on: ['root/a'] })], run)).toMatchObject({ running: 2000, queued: 0, between: 3000 });
  });

  it('is empty when nothing ran', () => {
    expect(criticalPath([ran('root/a', [], { state: 'PENDING' })], run)).toEqual({ tasks: [], running: 0, queued: 0, between: 0, longest: undefined });
  });
});

describe('tasks at once', () => {
  it('counts those that ran at the same time, and leaves out groups and what came from the cache', () => {
    const tasks = [ran('root/a', [0, 0, 4]), ran('root/b', [0, 2, 3]), ran('root/c', [0, 4, 5]), ran('root/g', [0, 0, 9], { kind: 'dag' }), ran('root/cached', [1, 1, 3], { state: 'CACHED' })];
    const { most, steps } = tasksAtOnce(tasks, ZERO + 9000);
    expect(most).toBe(2);
    expect(steps.map(({ time, count }) => [(time - ZERO) / 1000, count])).toEqual([[0, 1], [2, 2], [3, 1], [4, 1], [5, 0]]);
  });
});

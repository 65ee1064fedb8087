import type { TaskSummary } from '@millrace/api-contract';
import { spanOf } from './task-span';

export interface AtOnce {
  readonly most: number;
  /** How many tasks run from `time` on, in order of time; the last is what runs when the time shown ends. */
  readonly steps: readonly { readonly time: number; readonly count: number }[];
}

/** How many tasks ran at the same time. */
export function tasksAtOnce(tasks: readonly TaskSummary[], now: number): AtOnce {
  const changes = new Map<number, number>();
  const change = (time: number, by: number) => changes.set(time, (changes.get(time) ?? 0) + by);
  for (const task of tasks) {
    const span = task.kind === 'container' && task.state !== 'CACHED' ? spanOf(task, now) : undefined;
    if (span?.started === undefined || span.started === span.to) continue;
    change(span.started, 1);
    if (task.finished_at !== undefined) change(span.to, -1);
  }
  let count = 0;
  const steps = [...changes].sort(([a], [b]) => a - b).map(([time, by]) => ({ time, count: (count += by) }));
  return { most: steps.reduce((most, step) => Math.max(most, step.count), 0), steps };
}

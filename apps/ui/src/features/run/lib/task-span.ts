import type { TaskSummary } from '@millrace/api-contract';
import { isSettled } from '../../../states/visual-state';

/** When a task waited and ran, in milliseconds since 1970; `to` of what still goes on is now. */
export interface TaskSpan {
  readonly queued: number;
  readonly started: number | undefined;
  readonly to: number;
}

type Times = Pick<TaskSummary, 'state' | 'queued_at' | 'started_at' | 'finished_at'>;

/** Undefined while the task is not reached, and for one that was never to start. */
export function spanOf(task: Times, now: number): TaskSpan | undefined {
  const started = parse(task.started_at);
  const queued = parse(task.queued_at) ?? started;
  if (queued === undefined || task.state === 'SKIPPED') return undefined;
  const to = parse(task.finished_at) ?? (isSettled(task.state) ? (started ?? queued) : Math.max(now, started ?? queued));
  return { queued: Math.min(queued, started ?? queued), started, to };
}

const parse = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

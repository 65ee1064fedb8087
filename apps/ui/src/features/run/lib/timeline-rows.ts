import type { TaskSummary } from '@millrace/api-contract';
import { visualOfTask, worstOf, type VisualState } from '../../../states/visual-state';
import { spanOf, type TaskSpan } from './task-span';

export interface TimelineRow {
  readonly task: TaskSummary;
  readonly depth: number;
  readonly state: VisualState;
  readonly span: TaskSpan | undefined;
  /** Number of tasks in a group; absent for a task. */
  readonly members?: number;
  readonly unfolded: boolean;
}

export interface TimelineOptions {
  readonly now: number;
  /** Groups whose members have rows of their own. */
  readonly unfolded: ReadonlySet<string>;
  /** Paths that a filter lets through; undefined: all. */
  readonly visible: ReadonlySet<string> | undefined;
}

/** One row a task, in the order in which they began; those that have not begun come last, as the pipeline lists them. */
export function timelineRows(tasks: readonly TaskSummary[], { now, unfolded, visible }: TimelineOptions): TimelineRow[] {
  const children = new Map<string, TaskSummary[]>();
  for (const task of tasks) {
    if (task.path === 'root' || (visible && !visible.has(task.path))) continue;
    const siblings = children.get(task.parent_path);
    if (siblings) siblings.push(task);
    else children.set(task.parent_path, [task]);
  }
  const begin = new Map<string, number>();
  const beginOf = (task: TaskSummary): number => {
    const known = begin.get(task.path);
    if (known !== undefined) return known;
    const own = spanOf(task, now)?.queued;
    const found = own ?? Math.min(Number.POSITIVE_INFINITY, ...(children.get(task.path) ?? []).map(beginOf));
    begin.set(task.path, found);
    return found;
  };
  const rows: TimelineRow[] = [];
  const add = (parent: string, depth: number): void => {
    const members = [...(children.get(parent) ?? [])].sort((a, b) => compare(beginOf(a), beginOf(b)) || (a.iteration ?? 0) - (b.iteration ?? 0) || a.position - b.position);
    for (const task of members) {
      const inside = children.get(task.path);
      // A filter shows what it found, whether or not somebody unfolded its group.
      const open = inside !== undefined && (visible !== undefined || unfolded.has(task.path));
      const state = inside && task.state !== 'SKIPPED' ? worstOf([visualOfTask(task.state), ...inside.map((member) => visualOfTask(member.state))]) : visualOfTask(task.state);
      rows.push({ task, depth, state: task.finished_at === undefined ? state : visualOfTask(task.state), span: spanOf(task, now), unfolded: open, ...(task.kind === 'dag' && { members: inside?.length ?? 0 }) });
      if (open) add(task.path, depth + 1);
    }
  };
  add('root', 0);
  return rows;
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

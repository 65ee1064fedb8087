import type { TaskSummary } from '@millrace/api-contract';
import { spanOf, type TaskSpan } from './task-span';

export interface CriticalPath {
  /** Paths of the tasks, first to last. */
  readonly tasks: readonly string[];
  /** Milliseconds of the run's whole time in which tasks of the path ran, waited for their turn, or nothing of it went on. */
  readonly running: number;
  readonly queued: number;
  readonly between: number;
  readonly longest: { readonly task: TaskSummary; readonly running: number } | undefined;
}

interface Leaf {
  readonly task: TaskSummary;
  readonly span: TaskSpan;
}

/**
 * The tasks that decided when the run was over: from the one that ended last back to what it waited for last, and so on. What a group depends on,
 * its members wait for.
 */
export function criticalPath(tasks: readonly TaskSummary[], run: { readonly from: number; readonly now: number }): CriticalPath {
  const byPath = new Map(tasks.map((task) => [task.path, task]));
  const last = lastLeaves(tasks, byPath, run.now);
  const path: Leaf[] = [];
  for (let leaf = last.get('root'); leaf !== undefined; leaf = lastBefore(leaf, byPath, last)) {
    if (path.includes(leaf)) break;
    path.unshift(leaf);
  }
  let running = 0;
  let queued = 0;
  let reached = run.from;
  let longest: CriticalPath['longest'];
  for (const { task, span } of path) {
    const began = span.started ?? span.to;
    queued += Math.max(0, began - Math.max(reached, span.queued));
    const ran = Math.max(0, span.to - Math.max(reached, began));
    running += ran;
    if (!longest || ran > longest.running) longest = { task, running: ran };
    reached = Math.max(reached, span.to);
  }
  return { tasks: path.map(({ task }) => task.path), running, queued, between: Math.max(0, reached - run.from - running - queued), longest };
}

/** Of each task and group, the leaf in it that ended last. */
function lastLeaves(tasks: readonly TaskSummary[], byPath: ReadonlyMap<string, TaskSummary>, now: number): Map<string, Leaf> {
  const last = new Map<string, Leaf>();
  for (const task of tasks) {
    const span = task.kind === 'container' ? spanOf(task, now) : undefined;
    if (!span) continue;
    const leaf = { task, span };
    for (let path: string | undefined = task.path; path !== undefined; path = path === 'root' ? undefined : (byPath.get(path)?.parent_path ?? 'root')) {
      const known = last.get(path);
      if (!known || known.span.to < span.to) last.set(path, leaf);
    }
  }
  return last;
}

function lastBefore({ task }: Leaf, byPath: ReadonlyMap<string, TaskSummary>, last: ReadonlyMap<string, Leaf>): Leaf | undefined {
  let before: Leaf | undefined;
  for (let at: TaskSummary | undefined = task; at !== undefined; at = byPath.get(at.parent_path)) {
    for (const path of at.depends_on) {
      const leaf = last.get(path);
      if (leaf && (!before || leaf.span.to > before.span.to)) before = leaf;
    }
  }
  return before;
}

import type { RunDetail, TaskSummary } from '@millrace/api-contract';
import { visualOfTask, type VisualState } from '../../../states/visual-state';

/** Container tasks, in order: what the strip counts and the table lists. */
export const leafTasks = (detail: RunDetail): TaskSummary[] => detail.tasks.filter((task) => task.kind === 'container');

/** The failed task after (or before) the given one, around the end. */
export function nextFailed(tasks: readonly TaskSummary[], from: string | undefined, step: 1 | -1): TaskSummary | undefined {
  const failed = tasks.filter((task) => task.state === 'FAILED');
  if (failed.length === 0) return undefined;
  const at = failed.findIndex((task) => task.path === from);
  if (at < 0) return step > 0 ? failed[0] : failed.at(-1);
  return failed[(at + step + failed.length) % failed.length];
}

/** Paths of the tasks a filter lets through, with the groups around them; undefined when nothing is filtered. */
export function filterTasks(tasks: readonly TaskSummary[], filter: { state?: VisualState; text?: string }): ReadonlySet<string> | undefined {
  if (!filter.state && !filter.text) return undefined;
  const wanted = filter.text?.toLowerCase() ?? '';
  const visible = new Set<string>();
  for (const task of tasks) {
    if (filter.state && (task.kind === 'dag' || visualOfTask(task.state) !== filter.state)) continue;
    if (wanted && !task.name.toLowerCase().includes(wanted)) continue;
    for (let path = task.path; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) visible.add(path);
  }
  return visible;
}

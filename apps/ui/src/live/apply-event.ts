import type { RunDetail, RunList, RunSummary, StreamEvent, TaskSummary } from '@millrace/api-contract';

/** The tasks with those of an event put in place; a task that did not change stays the same object, so that nothing redraws for it. */
export function mergeTasks(tasks: readonly TaskSummary[], changed: readonly TaskSummary[]): TaskSummary[] {
  const byId = new Map(changed.map((task) => [task.id, task]));
  const merged = tasks.map((task) => {
    const next = byId.get(task.id);
    byId.delete(task.id);
    return next ?? task;
  });
  return byId.size === 0 ? merged : [...merged, ...byId.values()].sort((a, b) => a.position - b.position);
}

/** A run's page data after an event; the same object when the event is about something else or already in it. */
export function applyToRun(detail: RunDetail, event: StreamEvent, eventId: string): RunDetail {
  if (!isNewer(eventId, detail.revision)) return detail;
  if (event.type === 'run' && event.run.id === detail.run.id) return { ...detail, run: event.run };
  if (event.type === 'tasks' && event.run_id === detail.run.id) return { ...detail, tasks: mergeTasks(detail.tasks, event.tasks) };
  return detail;
}

/** A page of the list with one row replaced in place, or the same object when the run is not on it or the event already in it. */
export function applyToList(list: RunList, run: RunSummary, eventId: string): RunList {
  if (!isNewer(eventId, list.revision)) return list;
  const index = list.runs.findIndex((row) => row.id === run.id);
  if (index < 0) return list;
  const runs = [...list.runs];
  runs[index] = run;
  return { ...list, runs };
}

/** Event ids count up on one server (`<number>.<server>`); what comes from another server, or says nothing of the kind, counts as newer. */
export function isNewer(id: string, than: string): boolean {
  const [one, other] = [id, than].map((text) => /^(\d+)(?:\.(\w+))?$/.exec(text));
  if (one && other && one[2] === other[2]) return BigInt(one[1]!) > BigInt(other[1]!);
  return id !== than;
}

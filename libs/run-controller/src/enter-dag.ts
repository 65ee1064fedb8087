import type { Task } from '@millrace/database';
import { decide, expandLoop, iterationInputs, iterationOf, isLoop, locateTask, MAX_TASKS, type Decision, type Layout, type ScopePath, type TaskValues } from '@millrace/pipeline-semantics';
import type { LiveRun } from './live-run.js';
import { nameBasedId } from './name-based-id.js';
import { retriesOf } from './retry-rows.js';
import { iterationsOf, json, linksOf, storedIterations } from './task-rows.js';

export interface EnterContext {
  readonly now: Date;
}

/**
 * Takes note that the engine has entered a DAG, a loop or an iteration: what it was given, and the executions of a loop. They are known
 * because what they come from has ended by then. Once for each.
 */
export function noteEntered(live: LiveRun, path: ScopePath, context: EnterContext & { readonly layout: Layout }): void {
  const row = live.task(path);
  if (row?.kind !== 'dag') return;
  const { layout } = context;
  if (iterationOf(path) !== undefined) {
    if (row.inputs === undefined) noteInputs(live, path, iterationInputs(live.pipeline, path, live.view, { layout, taskId: row.id }));
    return;
  }
  const loop = isLoop(locateTask(live.pipeline, path).task);
  if (loop ? live.members(path).length > 0 : row.inputs !== undefined) return;
  const decision = decide(live.pipeline, path, live.view, { layout, cache: { enabled: false }, taskId: row.id });
  if (decision.kind === 'enter') noteInputs(live, path, decision.inputs);
  else if (decision.kind === 'fan-out') noteFanOut(live, path, decision, context);
}

/** Makes the rows of a loop's executions. Again for a loop that has them, it does nothing. */
export function noteFanOut(live: LiveRun, path: ScopePath, { inputs, iterations }: Extract<Decision, { kind: 'fan-out' }>, { now }: EnterContext): void {
  const row = live.task(path);
  if (row === undefined) return;
  noteInputs(live, path, inputs);
  if (iterationsOf(row) === undefined) live.updateTask({ path, execution: storedIterations(iterations) });
  if (live.members(path).length > 0) return;
  const rows: Omit<Task, 'position'>[] = [];
  for (const { parent, ...member } of expandLoop(live.pipeline, path, iterations)) {
    // Where the database was restored they are made again, and what they left is found by their ids. A retry begins with nothing.
    rows.push({ ...member, id: nameBasedId(`${live.run.id}/${retriesOf(live.run)}/${member.path}`), runId: live.run.id, parentPath: parent, state: 'PENDING', attempts: [], createdAt: now });
  }
  live.addTasks(rows);
}

/** A loop as the run can hold it: one that would make it too large fails. */
export function withinLimits(live: LiveRun, path: ScopePath, decision: Decision): Decision {
  if (decision.kind !== 'fan-out' || live.members(path).length > 0) return decision;
  let tasks = live.size;
  for (const _ of expandLoop(live.pipeline, path, 1)) tasks += decision.iterations;
  if (tasks <= MAX_TASKS) return decision;
  return { kind: 'fail', message: `Loop "${path}" has ${decision.iterations} items, with which the run would have ${tasks} tasks; it can have at most ${MAX_TASKS}. Pass the items in batches and loop inside a component.` };
}

/** What a DAG was given, as its members see it. */
export function noteInputs(live: LiveRun, path: ScopePath, inputs: TaskValues | undefined): void {
  const row = live.task(path);
  if (row === undefined || inputs === undefined || row.inputs !== undefined) return;
  live.updateTask({ path, inputs: json(inputs.parameters) }, { inputs });
  live.addLinks(...linksOf(row.id, 'INPUT', inputs.artifacts));
}

import type { TaskModel } from './generated/sqlite/models.js';
import { fromJsonText, toJsonText } from './json-text.js';
import { checkLengths } from './length-caps.js';
import type { Task, TaskAttempt, TaskState, TaskUpdate } from './model.js';
import type { SqlValue } from './sql-text.js';

export const TASK_COLUMNS = [
  'id',
  'runId',
  'path',
  'parentPath',
  'taskKey',
  'displayName',
  'kind',
  'position',
  'state',
  'fingerprint',
  'cachedFromRunId',
  'cachedFromTaskId',
  'createdAt',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'dependsOn',
  'attempts',
  'message',
  'inputs',
  'outputs',
  'execution',
] as const satisfies readonly (keyof TaskModel)[];

type StoredAttempt = Omit<TaskAttempt, 'startedAt' | 'finishedAt'> & { readonly startedAt?: string; readonly finishedAt?: string };

function readAttempts(text: string): readonly TaskAttempt[] {
  return fromJsonText<readonly StoredAttempt[]>(text).map(({ startedAt, finishedAt, ...attempt }) => ({
    ...attempt,
    ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt) }),
  }));
}

export function toTask(row: TaskModel): Task {
  return {
    id: row.id,
    runId: row.runId,
    path: row.path,
    parentPath: row.parentPath,
    taskKey: row.taskKey,
    displayName: row.displayName,
    kind: row.kind as Task['kind'],
    position: row.position,
    dependsOn: fromJsonText(row.dependsOn),
    state: row.state as TaskState,
    ...(row.message !== null && { message: row.message }),
    ...(row.inputs !== null && { inputs: fromJsonText(row.inputs) }),
    ...(row.outputs !== null && { outputs: fromJsonText(row.outputs) }),
    ...(row.fingerprint !== null && { fingerprint: row.fingerprint }),
    ...(row.cachedFromTaskId !== null && { cachedFrom: { runId: row.cachedFromRunId ?? '', taskId: row.cachedFromTaskId } }),
    ...(row.execution !== null && { execution: fromJsonText(row.execution) }),
    attempts: readAttempts(row.attempts),
    createdAt: row.createdAt,
    ...(row.queuedAt !== null && { queuedAt: row.queuedAt }),
    ...(row.startedAt !== null && { startedAt: row.startedAt }),
    ...(row.finishedAt !== null && { finishedAt: row.finishedAt }),
  };
}

export function fromTask(task: Task): TaskModel {
  checkLengths({ 'Task.Path': task.path, 'Task.TaskKey': task.taskKey, 'Task.DisplayName': task.displayName });
  return {
    id: task.id,
    runId: task.runId,
    path: task.path,
    parentPath: task.parentPath,
    taskKey: task.taskKey,
    displayName: task.displayName,
    kind: task.kind,
    position: task.position,
    state: task.state,
    fingerprint: task.fingerprint ?? null,
    cachedFromRunId: task.cachedFrom?.runId ?? null,
    cachedFromTaskId: task.cachedFrom?.taskId ?? null,
    createdAt: task.createdAt,
    queuedAt: task.queuedAt ?? null,
    startedAt: task.startedAt ?? null,
    finishedAt: task.finishedAt ?? null,
    dependsOn: toJsonText(task.dependsOn)!,
    attempts: toJsonText(task.attempts)!,
    message: task.message ?? null,
    inputs: toJsonText(task.inputs),
    outputs: toJsonText(task.outputs),
    execution: toJsonText(task.execution),
  };
}

/** Columns and values of those fields that are given. */
export function fromTaskUpdate(update: TaskUpdate): readonly (readonly [column: keyof TaskModel, value: SqlValue])[] {
  const { state, message, inputs, outputs, fingerprint, cachedFrom, execution, attempts, queuedAt, startedAt, finishedAt } = update;
  const columns: readonly (readonly [keyof TaskModel, SqlValue | undefined])[] = [
    ['state', state],
    ['message', message === '' ? null : message],
    ['inputs', toJsonText(inputs) ?? undefined],
    ['outputs', toJsonText(outputs) ?? undefined],
    ['fingerprint', fingerprint],
    ['cachedFromRunId', cachedFrom?.runId],
    ['cachedFromTaskId', cachedFrom?.taskId],
    ['execution', toJsonText(execution) ?? undefined],
    ['attempts', toJsonText(attempts) ?? undefined],
    ['queuedAt', queuedAt],
    ['startedAt', startedAt],
    ['finishedAt', finishedAt],
  ];
  return columns.filter((entry): entry is readonly [keyof TaskModel, SqlValue] => entry[1] !== undefined);
}

import type { Database, Run, Task, TaskAttempt } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { LogPage, LogReadOptions, TaskLogRef, TaskLogs } from '@millrace/resources';
import { Inject, Injectable } from '@nestjs/common';
import { findTask } from '../runs/find-task.js';
import { DATABASE, TASK_LOGS } from '../tokens.js';

/** Argo's name for it. */
const LOG_ARTIFACT = 'main-logs';
const EMPTY: LogPage = { lines: [], nextOffset: 0, sizeBytes: 0, complete: false };

/** Logs by run and task; which attempt's is the last one's unless told otherwise. */
@Injectable()
export class LogsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(TASK_LOGS) private readonly logs: TaskLogs,
  ) {}

  /** A task that has not started has an empty page; one that ends without an attempt (cached, skipped) a complete one. */
  async read(runId: string, taskId: string, { attempt, ...options }: LogReadOptions & { readonly attempt?: number }): Promise<LogPage> {
    const found = await this.#find(runId, taskId, attempt);
    if (!found.ref) return { ...EMPTY, complete: found.task.finishedAt !== undefined };
    return this.logs.read(found.ref, options);
  }

  /** Of a task that has not started, from its first attempt on; nothing of one that ends without any. */
  async follow(runId: string, taskId: string, { attempt, ...options }: { readonly attempt?: number; readonly from?: number; readonly signal: AbortSignal }): Promise<AsyncIterable<LogPage>> {
    const { ref } = await this.#find(runId, taskId, attempt);
    return ref ? this.logs.follow(ref, options) : this.#followWhenStarted(runId, taskId, options);
  }

  async open(runId: string, taskId: string, attempt?: number): Promise<{ readonly stream: NodeJS.ReadableStream; readonly sizeBytes?: number; readonly fileName: string }> {
    const { ref, task } = await this.#find(runId, taskId, attempt);
    if (!ref) throw new PipelineError('NOT_FOUND', `Task "${task.displayName}" has no log: it was not executed.`);
    return { ...(await this.logs.open(ref)), fileName: `${task.path.replaceAll(/[^\w.-]+/g, '-')}.log` };
  }

  async openNode(runId: string, nodeId: string): Promise<{ readonly stream: NodeJS.ReadableStream }> {
    const run = await this.database.runs.get(runId);
    const { task, attemptNodeId } = await findTask(this.database, runId, nodeId);
    const attempt = attemptNodeId ?? task.attempts.at(-1)?.nodeId;
    if (attempt === undefined) throw new PipelineError('NOT_FOUND', `Task "${task.displayName}" has no log: it was not executed.`);
    return this.logs.open(refOf(run, attempt));
  }

  async *#followWhenStarted(runId: string, taskId: string, options: { readonly from?: number; readonly signal: AbortSignal }): AsyncIterable<LogPage> {
    for await (const _ of this.#changesOf(runId, options.signal)) {
      const { ref, task } = await this.#find(runId, taskId, undefined);
      if (ref) return yield* this.logs.follow(ref, options);
      if (task.finishedAt !== undefined) return;
    }
  }

  /** Once at the start, then after every change of the run or its tasks, until it is deleted or `signal` aborts. */
  async *#changesOf(runId: string, signal: AbortSignal): AsyncIterable<void> {
    let changed = true;
    let wake = () => {};
    let ended = false;
    const stop = () => {
      ended = true;
      wake();
    };
    const unsubscribe = this.database.changes.subscribe((change) => {
      if (change.kind === 'run' && change.id === runId && change.op === 'deleted') stop();
      if ((change.kind === 'run' && change.id === runId) || (change.kind === 'task' && change.runId === runId) || change.kind === 'lost') changed = true;
      wake();
    });
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (!ended && !signal.aborted) {
        if (changed) {
          changed = false;
          yield;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
        }
      }
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', stop);
    }
  }

  async #find(runId: string, taskId: string, attempt: number | undefined): Promise<{ readonly task: Task; readonly ref?: TaskLogRef }> {
    const [run, task] = await Promise.all([this.database.runs.get(runId), this.database.tasks.get(taskId)]);
    if (task.runId !== runId) throw new PipelineError('NOT_FOUND', `Task ${taskId} of run ${runId} not found`);
    const wanted: TaskAttempt | undefined = attempt === undefined ? task.attempts.at(-1) : task.attempts.find(({ index }) => index === attempt);
    if (attempt !== undefined && !wanted) throw new PipelineError('NOT_FOUND', `Task "${task.displayName}" has no attempt ${attempt}.`);
    if (wanted === undefined) return { task };
    const ref = refOf(run, wanted.nodeId);
    // Only Argo knows where the logs of a Workflow are that was not laid out here, and says it of the last attempt.
    const isLast = ref.storedUnder === undefined && wanted === task.attempts.at(-1);
    const storedAt = isLast ? (await this.database.artifacts.listLinks(runId, [taskId])).find(({ name, direction }) => direction === 'OUTPUT' && name === LOG_ARTIFACT)?.artifact.uri : undefined;
    return { task, ref: { ...ref, ...(storedAt !== undefined && { storedAt }) } };
  }
}

const refOf = (run: Run, nodeId: string): TaskLogRef => ({
  namespace: run.namespace,
  workflow: run.workflowName,
  nodeId,
  generation: run.stateHistory.length,
  ...(run.artifactRoot !== '' && { storedUnder: `${run.artifactRoot}/.logs` }),
});

import type { Run, Task, TaskUpdate } from '@millrace/database';
import type { Pipeline } from '@millrace/pipeline-spec';
import type { RunFacts, RunView, ScopePath, TaskFacts, TaskValues } from '@millrace/pipeline-semantics';
import type { HandOverWatch } from './hand-overs.js';
import { RunRows } from './run-rows.js';
import { iterationsOf } from './task-rows.js';

interface Values {
  readonly inputs?: TaskValues;
  readonly outputs?: TaskValues;
}

/** A run of a pipeline in progress as the controller holds it: its rows, and the view of them that decisions read. */
export class LiveRun extends RunRows {
  readonly view: RunView;
  /** Open gates by node id. */
  readonly openGates = new Map<string, ScopePath>();
  /** Node that stands for a task: its pod, the Retry node around its attempts, or its DAG. */
  readonly taskNodes = new Map<ScopePath, string>();
  /** Tasks whose pods were asked for and have not started. */
  readonly waitingPods = new Set<ScopePath>();
  /** Tasks whose process has ended and whose files are being taken away. */
  readonly handOvers = new Map<ScopePath, HandOverWatch>();
  /** When it was asked last why any of these are late. */
  explainedAt: Date | undefined;
  readonly #values = new Map<ScopePath, Values>();

  constructor(
    run: Run,
    readonly pipeline: Pipeline,
    facts: RunFacts,
    tasks: readonly ({ readonly row: Task } & Values)[],
  ) {
    super(run, tasks.map(({ row }) => row));
    for (const { row, inputs, outputs } of tasks) this.#values.set(row.path, { inputs, outputs });
    this.view = { run: facts, task: (path) => this.#factsOf(path) };
  }

  /** Changes a task; the values become visible to decisions at once. */
  override updateTask(update: TaskUpdate, values: Values = {}): void {
    super.updateTask(update);
    const { inputs, outputs } = values;
    this.#values.set(update.path, { ...this.#values.get(update.path), ...(inputs !== undefined && { inputs }), ...(outputs !== undefined && { outputs }) });
  }

  #factsOf(path: ScopePath): TaskFacts | undefined {
    const row = this.task(path);
    if (row === undefined) return undefined;
    const { inputs, outputs } = this.#values.get(path) ?? {};
    return { state: row.state, taskId: row.id, inputs, outputs, iterations: iterationsOf(row), error: row.state === 'FAILED' ? { message: row.message ?? '' } : undefined };
  }
}

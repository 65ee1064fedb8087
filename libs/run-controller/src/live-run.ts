import type { Run, RunProgress, RunUpdate, Task, TaskCounts, TaskState, TaskUpdate } from '@millrace/database';
import type { Pipeline } from '@millrace/pipeline-spec';
import type { RunFacts, RunView, ScopePath, TaskFacts, TaskValues } from '@millrace/pipeline-semantics';
import { iterationsOf } from './task-rows.js';

type Mutable<Object> = { -readonly [Key in keyof Object]: Object[Key] };

interface LiveTask {
  row: Task;
  inputs?: TaskValues;
  outputs?: TaskValues;
}

/**
 * A run in progress as the controller holds it: rows as they will be once the collected progress is recorded, and the view that decisions
 * read. Built from rows; thrown away and built again when recording fails, so that memory is never ahead of the database.
 */
export class LiveRun {
  readonly view: RunView;
  /** Open gates by node id. */
  readonly openGates = new Map<string, ScopePath>();
  /** Node that stands for a task: its pod, the Retry node around its attempts, or its DAG. */
  readonly taskNodes = new Map<ScopePath, string>();
  #run: Run;
  readonly #tasks = new Map<ScopePath, LiveTask>();
  readonly #members = new Map<ScopePath, ScopePath[]>();
  readonly #counts: Partial<Record<TaskState, number>> = {};
  #updates = new Map<ScopePath, Mutable<TaskUpdate>>();
  #newTasks: Task[] = [];
  #position = 0;
  #progress: { newArtifacts: NonNullable<RunProgress['newArtifacts']>[number][]; links: NonNullable<RunProgress['links']>[number][]; metrics: NonNullable<RunProgress['metrics']>[number][]; cacheEntries: NonNullable<RunProgress['cacheEntries']>[number][] } =
    { newArtifacts: [], links: [], metrics: [], cacheEntries: [] };
  #runUpdate: Mutable<RunUpdate> | undefined;

  constructor(
    run: Run,
    readonly pipeline: Pipeline,
    facts: RunFacts,
    tasks: readonly { readonly row: Task; readonly inputs?: TaskValues; readonly outputs?: TaskValues }[],
  ) {
    this.#run = run;
    for (const task of tasks) this.#hold(task);
    this.view = { run: facts, task: (path) => this.#factsOf(path) };
  }

  get run(): Run {
    return this.#run;
  }

  get tasks(): Iterable<Task> {
    return [...this.#tasks.values()].map((task) => task.row);
  }

  /** How many tasks the run has so far. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Adds executions that came into being on the way, behind all others. */
  addTasks(rows: readonly Omit<Task, 'position'>[]): void {
    for (const row of rows) {
      const task = { ...row, position: this.#position };
      this.#hold({ row: task });
      this.#newTasks.push(task);
    }
  }

  task(path: ScopePath): Task | undefined {
    return this.#tasks.get(path)?.row;
  }

  /** The tasks of one DAG. */
  members(parent: ScopePath): Task[] {
    return (this.#members.get(parent) ?? []).map((path) => this.#tasks.get(path)!.row);
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  updateRun(change: RunUpdate): void {
    this.#run = { ...this.#run, ...change };
    this.#runUpdate = { ...this.#runUpdate, ...change };
  }

  /** Changes a task; the values become visible to decisions at once. */
  updateTask(update: TaskUpdate, values: { readonly inputs?: TaskValues; readonly outputs?: TaskValues } = {}): void {
    const task = this.#tasks.get(update.path);
    if (task === undefined) return;
    const { path, ...change } = update;
    if (change.state !== undefined && change.state !== task.row.state && task.row.kind === 'container') {
      this.#count(task.row.state, -1);
      this.#count(change.state, 1);
    }
    task.row = { ...task.row, ...change };
    if (values.inputs !== undefined) task.inputs = values.inputs;
    if (values.outputs !== undefined) task.outputs = values.outputs;
    this.#updates.set(path, { ...this.#updates.get(path), ...update });
  }

  addArtifacts(...artifacts: NonNullable<RunProgress['newArtifacts']>[number][]): void {
    this.#progress.newArtifacts.push(...artifacts);
  }

  addLinks(...links: NonNullable<RunProgress['links']>[number][]): void {
    this.#progress.links.push(...links);
  }

  addMetrics(...metrics: NonNullable<RunProgress['metrics']>[number][]): void {
    this.#progress.metrics.push(...metrics);
  }

  addCacheEntry(entry: NonNullable<RunProgress['cacheEntries']>[number]): void {
    this.#progress.cacheEntries.push(entry);
  }

  /** What has changed since the last call, or undefined; the caller records it or drops this object. */
  takeProgress(at: Date): RunProgress | undefined {
    const { newArtifacts, links, metrics, cacheEntries } = this.#progress;
    const nothing = this.#updates.size === 0 && this.#newTasks.length === 0 && this.#runUpdate === undefined && newArtifacts.length + links.length + metrics.length + cacheEntries.length === 0;
    if (nothing) return undefined;
    const countsChanged = this.#newTasks.length > 0 || [...this.#updates.values()].some((update) => update.state !== undefined);
    const progress: RunProgress = {
      runId: this.#run.id,
      at,
      run: countsChanged ? { ...this.#runUpdate, taskCounts: { ...this.#counts } } : this.#runUpdate,
      newTasks: this.#newTasks,
      tasks: [...this.#updates.values()],
      newArtifacts,
      links,
      metrics,
      cacheEntries,
    };
    this.#newTasks = [];
    this.#updates = new Map();
    this.#runUpdate = undefined;
    this.#progress = { newArtifacts: [], links: [], metrics: [], cacheEntries: [] };
    return progress;
  }

  #hold(task: LiveTask): void {
    const { path, parentPath, position, kind, state } = task.row;
    this.#tasks.set(path, { ...task });
    this.#position = Math.max(this.#position, position + 1);
    const members = this.#members.get(parentPath);
    if (members === undefined) this.#members.set(parentPath, [path]);
    else members.push(path);
    if (kind === 'container') this.#count(state, 1);
  }

  #factsOf(path: ScopePath): TaskFacts | undefined {
    const task = this.#tasks.get(path);
    if (task === undefined) return undefined;
    const { row, inputs, outputs } = task;
    return { state: row.state, taskId: row.id, inputs, outputs, iterations: iterationsOf(row), error: row.state === 'FAILED' ? { message: row.message ?? '' } : undefined };
  }

  #count(state: TaskState, by: number): void {
    const next = (this.#counts[state] ?? 0) + by;
    if (next === 0) delete this.#counts[state];
    else this.#counts[state] = next;
  }
}

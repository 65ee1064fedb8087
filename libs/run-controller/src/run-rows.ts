import type { Run, RunProgress, RunUpdate, Task, TaskCounts, TaskState, TaskUpdate } from '@millrace/database';
import type { ScopePath } from '@millrace/pipeline-semantics';

type Mutable<Object> = { -readonly [Key in keyof Object]: Object[Key] };
type Additions = { -readonly [Key in 'newArtifacts' | 'links' | 'metrics' | 'cacheEntries']: NonNullable<RunProgress[Key]>[number][] };

/**
 * The rows of a run in progress as they will be once the collected progress is recorded. Built from rows; thrown away and built again when
 * recording fails, so that memory is never ahead of the database.
 */
export class RunRows {
  #run: Run;
  readonly #tasks = new Map<ScopePath, Task>();
  readonly #members = new Map<ScopePath, ScopePath[]>();
  readonly #counts: Partial<Record<TaskState, number>> = {};
  #updates = new Map<ScopePath, Mutable<TaskUpdate>>();
  #newTasks: Task[] = [];
  #position = 0;
  #additions: Additions = { newArtifacts: [], links: [], metrics: [], cacheEntries: [] };
  #runUpdate: Mutable<RunUpdate> | undefined;

  constructor(run: Run, tasks: readonly Task[]) {
    this.#run = run;
    for (const task of tasks) this.#hold(task);
  }

  get run(): Run {
    return this.#run;
  }

  get tasks(): Iterable<Task> {
    return [...this.#tasks.values()];
  }

  /** How many tasks the run has so far. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Adds executions that came into being on the way, behind all others. */
  addTasks(rows: readonly Omit<Task, 'position'>[]): void {
    for (const row of rows) {
      const task = { ...row, position: this.#position };
      this.#hold(task);
      this.#newTasks.push(task);
    }
  }

  task(path: ScopePath): Task | undefined {
    return this.#tasks.get(path);
  }

  /** The tasks of one DAG. */
  members(parent: ScopePath): Task[] {
    return (this.#members.get(parent) ?? []).map((path) => this.#tasks.get(path)!);
  }

  get counts(): TaskCounts {
    return this.#counts;
  }

  updateRun(change: RunUpdate): void {
    this.#run = { ...this.#run, ...change };
    this.#runUpdate = { ...this.#runUpdate, ...change };
  }

  updateTask(update: TaskUpdate): void {
    const { path, ...change } = update;
    const row = this.#tasks.get(path);
    if (row === undefined) return;
    if (change.state !== undefined && change.state !== row.state && row.kind === 'container') {
      this.#count(row.state, -1);
      this.#count(change.state, 1);
    }
    this.#tasks.set(path, { ...row, ...change });
    this.#updates.set(path, { ...this.#updates.get(path), ...update });
  }

  addArtifacts(...artifacts: Additions['newArtifacts']): void {
    this.#additions.newArtifacts.push(...artifacts);
  }

  addLinks(...links: Additions['links']): void {
    this.#additions.links.push(...links);
  }

  addMetrics(...metrics: Additions['metrics']): void {
    this.#additions.metrics.push(...metrics);
  }

  addCacheEntry(entry: Additions['cacheEntries'][number]): void {
    this.#additions.cacheEntries.push(entry);
  }

  /** What has changed since the last call, or undefined; the caller records it or drops this object. */
  takeProgress(at: Date): RunProgress | undefined {
    const additions = this.#additions;
    const nothing = this.#updates.size === 0 && this.#newTasks.length === 0 && this.#runUpdate === undefined && Object.values(additions).every((list) => list.length === 0);
    if (nothing) return undefined;
    const countsChanged = this.#newTasks.length > 0 || [...this.#updates.values()].some((update) => update.state !== undefined);
    const progress: RunProgress = {
      runId: this.#run.id,
      at,
      run: countsChanged ? { ...this.#runUpdate, taskCounts: { ...this.#counts } } : this.#runUpdate,
      newTasks: this.#newTasks,
      tasks: [...this.#updates.values()],
      ...additions,
    };
    this.#newTasks = [];
    this.#updates = new Map();
    this.#runUpdate = undefined;
    this.#additions = { newArtifacts: [], links: [], metrics: [], cacheEntries: [] };
    return progress;
  }

  #hold(task: Task): void {
    const { path, parentPath, position, kind, state } = task;
    this.#tasks.set(path, task);
    this.#position = Math.max(this.#position, position + 1);
    const members = this.#members.get(parentPath);
    if (members === undefined) this.#members.set(parentPath, [path]);
    else members.push(path);
    if (kind === 'container') this.#count(state, 1);
  }

  #count(state: TaskState, by: number): void {
    const next = (this.#counts[state] ?? 0) + by;
    if (next === 0) delete this.#counts[state];
    else this.#counts[state] = next;
  }
}

import type { AttemptSpec, Executor } from '../executor.js';
import { attemptId, type BuiltAttempt } from '../pod/build-attempt.js';
import type { AttemptEvents } from './attempt-events.js';
import { AttemptFiles } from './attempt-files.js';
import { AttemptSlots, type WaitingAttempt } from './attempt-slots.js';
import type { Effects } from './effects.js';
import type { EngineOptions } from './engine-options.js';
import type { WorkflowRun } from './workflow-run.js';

/** The attempts of all runs: in line for a slot, given their files, started once that they will be is written, ended, forgotten. */
export class EngineAttempts {
  readonly #slots: AttemptSlots;
  readonly #files: AttemptFiles;
  /** Attempts that hold a slot but are only started after the commit. */
  #starting: string[] = [];
  /** Attempts of dropped Workflows, to be forgotten once they have ended. */
  readonly #forgetting = new Set<string>();
  #executor!: Executor;
  #closed = false;

  constructor(
    private readonly options: EngineOptions,
    private readonly effects: Effects,
    private readonly events: AttemptEvents,
    /** The run may have changed with its attempt. */
    private readonly onChange: (run: WorkflowRun) => void,
  ) {
    this.#slots = new AttemptSlots(options.maxParallelTasks);
    this.#files = new AttemptFiles(options.artifacts);
  }

  get executor(): Executor {
    return this.#executor;
  }

  /** Must be called once before anything else. */
  attach(executor: Executor): void {
    this.#executor = executor;
    for (const attempt of this.options.database.forgottenAttempts()) void this.#forget(attempt);
  }

  /** The Pod node wants to run, or ran already when an earlier process was there. */
  request(run: WorkflowRun, nodeId: string): void {
    const id = attemptId(run.uid, nodeId);
    const known = this.#executor.lookup(id);
    if (this.#slots.holds(id)) {
      if (known?.state === 'running') run.pods.running(nodeId);
      return;
    }
    if (known?.exit !== undefined) {
      this.events.onExit(id, known.exit);
      return;
    }
    if (known === undefined) {
      run.pods.anew(nodeId);
      this.#slots.request(run, nodeId);
      return;
    }
    // It lives already, so it has its slot whatever the limit says by now.
    if (!this.#begin({ run, nodeId, id })) return;
    this.#slots.occupy(id);
    if (known.state === 'running') run.pods.running(nodeId);
  }

  cancel(run: WorkflowRun, nodeId: string): void {
    const id = attemptId(run.uid, nodeId);
    if (this.#slots.holds(id)) this.effects.push(() => this.#kill(id));
  }

  /** Hands free slots to those in front. */
  fillSlots(): void {
    const late = this.#slots.fill((waiting) => this.#begin(waiting));
    const { limit } = this.#slots;
    for (const { run, nodeId } of late) {
      run.pods.waits(nodeId, `Unschedulable: ${limit === 1 ? 'the only slot for a task on this machine is' : `all ${limit} slots for tasks on this machine are`} in use; it starts when one is free.`);
    }
  }

  /** What was to be started is written. */
  committed(): void {
    this.#starting = [];
  }

  /** What was to be started could not be written, and is not. */
  rollback(): void {
    for (const id of this.#starting.splice(0)) this.#slots.release(id);
  }

  ended(id: string): void {
    this.#slots.release(id);
    if (this.#forgetting.delete(id)) void this.#forget(id);
  }

  /** Ends the attempt, and removes what it left. */
  drop(id: string): void {
    if (this.#slots.holds(id)) {
      this.#forgetting.add(id);
      this.#kill(id);
    } else {
      void this.#forget(id);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#executor.close();
  }

  /** Prepares the attempt and has it started after the commit. False when it cannot run. */
  #begin({ run, nodeId, id }: WaitingAttempt): boolean {
    this.onChange(run);
    try {
      const built = run.pods.build(nodeId);
      const refusal = this.#executor.refusal(built.spec);
      if (refusal !== undefined) throw new Error(refusal);
      run.pods.waits(nodeId, undefined);
      this.#starting.push(id);
      // What an attempt that lives already needs is in place, and in use.
      const ready = built.staged.length === 0 || this.#executor.lookup(id) !== undefined;
      this.effects.push(() => (ready ? this.#start(built.spec) : void this.#startWithFiles(built).catch(this.options.onError)));
      return true;
    } catch (error) {
      run.pods.impossible(nodeId, (error as Error).message);
      return false;
    }
  }

  #start(spec: AttemptSpec): void {
    this.options.counters.attemptsStarted += 1;
    try {
      this.#executor.start(spec);
    } catch (error) {
      this.events.onExit(spec.id, { reason: 'refused', message: (error as Error).message, finishedAt: this.options.clock.now() });
    }
  }

  async #startWithFiles(built: BuiltAttempt): Promise<void> {
    const { id } = built.spec;
    const { clock, counters } = this.options;
    counters.movingFiles += 1;
    try {
      const spec = await this.#files.prepare(built).finally(() => (counters.movingFiles -= 1));
      if (this.#closed) return;
      if (spec === undefined) this.events.onExit(id, { reason: 'killed', message: 'Stopped on request, before it began.', finishedAt: clock.now() });
      else this.#start(spec);
    } catch (error) {
      if (!this.#closed) this.events.onExit(id, { reason: 'refused', message: (error as Error).message, finishedAt: clock.now() });
    }
  }

  #kill(id: string): void {
    if (!this.#files.end(id)) this.#executor.kill(id);
  }

  async #forget(id: string): Promise<void> {
    try {
      await this.#executor.forget(id);
      if (!this.#closed) this.options.database.forgetDone(id);
    } catch (error) {
      this.options.onError(error);
    }
  }
}

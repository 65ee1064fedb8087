import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorkflowCompleted, LABEL_PERSISTED } from '@millrace/argo';
import { fromTimestamp, toTimestamp, type Clock } from '../clock.js';
import type { AttemptExit, AttemptListener, AttemptSpec, Executor } from '../executor.js';
import type { ArtifactFolder } from '../pod/artifact-folder.js';
import { attemptId, podFolder, type BuiltAttempt } from '../pod/build-attempt.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';
import type { ClaimFolders } from '../pod/claim-folders.js';
import type { CollectedOutputs } from '../pod/collect-outputs.js';
import type { ArgoDatabase } from '../store/argo-database.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import type { RunningPlace } from '../workflow/findings.js';
import { AttemptFiles } from './attempt-files.js';
import { AttemptSlots, type WaitingAttempt } from './attempt-slots.js';
import type { EngineCounters } from './counters.js';
import type { RunHost } from './run-host.js';
import { WorkflowRun } from './workflow-run.js';

export interface EngineOptions {
  readonly database: ArgoDatabase;
  readonly folder: string;
  readonly artifacts: ArtifactFolder;
  readonly artifactKeyFormat: string;
  readonly claims: ClaimFolders;
  readonly keyed: KeyedObjects;
  readonly clock: Clock;
  /** Runs the given tick soon, never at once. */
  readonly schedule: (tick: () => void) => void;
  readonly maxParallelTasks: number;
  /** How long the news that an attempt runs may wait for other news, which then share a tick with it. */
  readonly runningNewsMs: number;
  /** Visits of one run in one tick, so that a wide fan-out lets others have the thread in between. */
  readonly visitsPerTick: number;
  readonly counters: EngineCounters;
  /** Told of the changed nodes of each object after they are durable and visible. */
  readonly onCommitted: (live: LiveWorkflow, changed: ReadonlySet<string>) => void;
  /** Called at the end of each tick. */
  readonly onTick: () => void;
  readonly onError: (error: unknown) => void;
  readonly failpoint?: (name: string) => void;
}

type AttemptEvent =
  | { readonly kind: 'running'; readonly id: string; readonly at: number }
  | { readonly kind: 'progress'; readonly id: string; readonly message: string }
  | { readonly kind: 'exit'; readonly id: string; readonly exit: AttemptExit }
  | { readonly kind: 'collected'; readonly id: string; readonly exit: AttemptExit; readonly collected: CollectedOutputs };

const RETRY_COMMIT_MS = 1_000;
/** Of what a program prints, Argo keeps the end as its result. */
const RESULT_LIMIT = 256 * 1024;

/**
 * Moves all Workflows: gathers what happened, lets each run work off its consequences, writes the changes of a tick in one
 * transaction, and only then acts on the world. After a failed write everything is rebuilt from what was last written.
 */
export class ArgoEngine implements RunHost, AttemptListener {
  readonly #runs = new Map<string, WorkflowRun>();
  readonly #events: AttemptEvent[] = [];
  readonly #dirty = new Set<WorkflowRun>();
  /** By uid, then by what they are for. */
  readonly #timers = new Map<string, Map<string, () => void>>();
  /** Attempts that hold a slot but are only started after the commit. */
  #starting: string[] = [];
  readonly #slots: AttemptSlots;
  readonly #files: AttemptFiles;
  readonly #forgetting = new Set<string>();
  #effects: (() => void)[] = [];
  #cancelNews: (() => void) | undefined;
  #executor!: Executor;
  #scheduled = false;
  #resourceVersion: number;
  #closed = false;

  constructor(private readonly options: EngineOptions) {
    this.#slots = new AttemptSlots(options.maxParallelTasks);
    this.#files = new AttemptFiles(options.artifacts);
    this.#resourceVersion = options.database.lastResourceVersion();
  }

  get clock(): Clock {
    return this.options.clock;
  }

  get folder(): string {
    return this.options.folder;
  }

  get artifacts(): ArtifactFolder {
    return this.options.artifacts;
  }

  get artifactKeyFormat(): string {
    return this.options.artifactKeyFormat;
  }

  get keyed(): KeyedObjects {
    return this.options.keyed;
  }

  get claims(): ClaimFolders {
    return this.options.claims;
  }

  get counters(): EngineCounters {
    return this.options.counters;
  }

  /** What Workflows are checked against before they are taken. */
  get place(): RunningPlace {
    return { executor: this.#executor, objects: this.options.keyed };
  }

  get resourceVersion(): string {
    return String(this.#resourceVersion);
  }

  /** Must be called once before anything else. */
  attach(executor: Executor): void {
    this.#executor = executor;
    for (const attempt of this.options.database.forgottenAttempts()) void this.#forget(attempt);
  }

  run(uid: string): WorkflowRun | undefined {
    return this.#runs.get(uid);
  }

  /** Takes over a Workflow that is stored and has not completed. */
  adopt(live: LiveWorkflow): WorkflowRun {
    const run = new WorkflowRun(live, this);
    this.#runs.set(live.uid, run);
    this.#guard(run, () => run.resume());
    this.touch(run);
    return run;
  }

  /** `spec.shutdown` of a run was set. */
  shutdown(run: WorkflowRun): void {
    this.#guard(run, () => run.shutdown());
  }

  touch(run: WorkflowRun): void {
    this.#dirty.add(run);
    this.schedule();
  }

  schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.options.schedule(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#tick();
    });
  }

  nextResourceVersion(): string {
    this.#resourceVersion += 1;
    return String(this.#resourceVersion);
  }

  /** Writes the drafts of these objects in one transaction and makes them visible. Throws when they could not be written. */
  commit(lives: readonly LiveWorkflow[], alsoWrite: () => void = () => undefined): void {
    const { database, counters, onCommitted, failpoint } = this.options;
    const versions = lives.map((live) => [live, this.nextResourceVersion()] as const);
    database.transaction(() => {
      alsoWrite();
      for (const [live, version] of versions) {
        const change = live.changes(version, expiry(live));
        counters.nodesWritten += change.nodes.length;
        database.write(change);
      }
      database.setLastResourceVersion(this.#resourceVersion);
      failpoint?.('commit.before');
    });
    failpoint?.('commit.stored');
    counters.transactions += 1;
    for (const [live, version] of versions) onCommitted(live, live.commit(version));
  }

  /** Ends what a deleted Workflow runs and removes what its attempts left. */
  drop(uid: string, attempts: readonly string[], claims: readonly { readonly namespace: string; readonly name: string }[] = []): void {
    this.#retire(uid);
    for (const id of attempts) {
      if (this.#slots.holds(id)) {
        this.#forgetting.add(id);
        this.#kill(id);
      } else {
        void this.#forget(id);
      }
    }
    void rm(join(this.folder, 'pods', uid), { recursive: true, force: true }).catch(this.options.onError);
    for (const { namespace, name } of claims) this.claims.delete(namespace, name);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelNews?.();
    for (const uid of this.#timers.keys()) this.#cancelTimers(uid);
    await this.#executor.close();
  }

  // AttemptListener

  onRunning(id: string, at: number): void {
    const { clock, runningNewsMs } = this.options;
    this.#events.push({ kind: 'running', id, at });
    if (runningNewsMs === 0) return this.schedule();
    // Nothing follows from it, and most of what is short is over before that: then it costs no transaction of its own.
    this.#cancelNews ??= clock.at(clock.now() + runningNewsMs, () => {
      this.#cancelNews = undefined;
      this.schedule();
    });
  }

  onProgress(id: string, message: string): void {
    this.#events.push({ kind: 'progress', id, message });
    this.schedule();
  }

  onExit(id: string, exit: AttemptExit): void {
    this.#events.push({ kind: 'exit', id, exit });
    this.schedule();
  }

  // RunHost

  requestAttempt(run: WorkflowRun, nodeId: string): void {
    const id = attemptId(run.uid, nodeId);
    const known = this.#executor.lookup(id);
    if (this.#slots.holds(id)) {
      if (known?.state === 'running') run.pods.running(nodeId);
      return;
    }
    if (known?.exit !== undefined) {
      this.onExit(id, known.exit);
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

  cancelAttempt(run: WorkflowRun, nodeId: string): void {
    const id = attemptId(run.uid, nodeId);
    if (this.#slots.holds(id)) this.#effects.push(() => this.#kill(id));
  }

  perform(run: WorkflowRun, nodeId: string, work: () => CollectedOutputs): void {
    this.#effects.push(() => {
      const startedAt = this.clock.now();
      const collected = work();
      const exit: AttemptExit = { reason: 'exited', exitCode: 0, startedAt, finishedAt: this.clock.now() };
      this.#events.push({ kind: 'collected', id: attemptId(run.uid, nodeId), exit, collected });
    });
  }

  collect(run: WorkflowRun, nodeId: string, exit: AttemptExit, work: () => Promise<CollectedOutputs>): void {
    const id = attemptId(run.uid, nodeId);
    this.counters.movingFiles += 1;
    work()
      .catch((error: unknown): CollectedOutputs => ({ outputs: {}, problem: (error as Error).message }))
      .then((collected) => {
        this.counters.movingFiles -= 1;
        this.#events.push({ kind: 'collected', id, exit, collected });
        this.schedule();
      })
      .catch(this.options.onError);
  }

  async standardOutput(run: WorkflowRun, nodeId: string): Promise<string> {
    const text = await this.#executor.standardOutput(attemptId(run.uid, nodeId), RESULT_LIMIT);
    return text.replace(/\n$/, '');
  }

  afterCommit(effect: () => void): void {
    this.#effects.push(effect);
  }

  wakeAt(run: WorkflowRun, key: string, atMs: number, fire: () => void): void {
    this.#setTimer(run.uid, key, atMs, () => {
      if (this.#runs.get(run.uid) !== run) return;
      this.#guard(run, fire);
      this.touch(run);
    });
  }

  discardPod(run: WorkflowRun, nodeId: string): void {
    const folder = podFolder(this.folder, run.uid, nodeId);
    this.#effects.push(() => {
      // Few pods have folders of their own, and removing what is not there costs more than looking.
      if (existsSync(folder)) void rm(folder, { recursive: true, force: true }).catch(this.options.onError);
    });
  }

  // The tick

  #tick(): void {
    this.counters.ticks += 1;
    this.#takeEvents();
    const runs = [...this.#dirty];
    this.#dirty.clear();
    for (const run of runs) this.#step(run);
    this.#fillSlots();
    this.#commitDirty([...new Set([...runs, ...this.#dirty])]);
    const effects = this.#effects;
    this.#effects = [];
    this.#starting = [];
    for (const effect of effects) this.#attempt(effect);
    if (effects.length > 0) this.options.failpoint?.('effects.done');
    this.options.onTick();
    if (this.#events.length > 0 || this.#dirty.size > 0) this.schedule();
  }

  #takeEvents(): void {
    for (const event of this.#events.splice(0)) {
      const slash = event.id.indexOf('/');
      const run = this.#runs.get(event.id.slice(0, slash));
      const nodeId = event.id.slice(slash + 1);
      if (event.kind === 'exit') {
        this.#slots.release(event.id);
        if (this.#forgetting.delete(event.id)) void this.#forget(event.id);
      }
      if (run === undefined) continue;
      this.#guard(run, () => {
        if (event.kind === 'running') run.pods.running(nodeId);
        else if (event.kind === 'progress') run.pods.waits(nodeId, event.message);
        else if (event.kind === 'collected') run.pods.collected(nodeId, event.exit, event.collected);
        else run.pods.exited(nodeId, event.exit);
      });
      this.#dirty.add(run);
    }
  }

  #step(run: WorkflowRun): void {
    this.#guard(run, () => {
      if (run.step(this.options.visitsPerTick)) this.#dirty.add(run);
    });
  }

  /** A fault of this engine in one Workflow ends that one; the others go on. */
  #guard(run: WorkflowRun, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.options.onError(error);
      for (const nodeId of run.pods.open()) this.cancelAttempt(run, nodeId);
      run.live.setStatus({ phase: 'Error', message: `embedded Argo failed: ${String(error)}`, finishedAt: toTimestamp(this.clock.now()) });
      run.retire();
    }
  }

  #fillSlots(): void {
    const late = this.#slots.fill((waiting) => this.#begin(waiting));
    for (const { run, nodeId } of late) {
      run.pods.waits(nodeId, `Unschedulable: all ${this.#slots.limit} slots for tasks on this machine are in use; it starts when one is free.`);
    }
  }

  /** Prepares the attempt and has it started after the commit. False when it cannot run. */
  #begin({ run, nodeId, id }: WaitingAttempt): boolean {
    this.#dirty.add(run);
    try {
      const built = run.pods.build(nodeId);
      const refusal = this.#executor.refusal(built.spec);
      if (refusal !== undefined) throw new Error(refusal);
      run.pods.waits(nodeId, undefined);
      this.#starting.push(id);
      // What an attempt that lives already needs is in place, and in use.
      const ready = built.staged.length === 0 || this.#executor.lookup(id) !== undefined;
      this.#effects.push(() => (ready ? this.#start(built.spec) : void this.#startWithFiles(built).catch(this.options.onError)));
      return true;
    } catch (error) {
      run.pods.impossible(nodeId, (error as Error).message);
      return false;
    }
  }

  #start(spec: AttemptSpec): void {
    this.counters.attemptsStarted += 1;
    try {
      this.#executor.start(spec);
    } catch (error) {
      this.onExit(spec.id, { reason: 'refused', message: (error as Error).message, finishedAt: this.clock.now() });
    }
  }

  async #startWithFiles(built: BuiltAttempt): Promise<void> {
    const { id } = built.spec;
    this.counters.movingFiles += 1;
    try {
      const spec = await this.#files.prepare(built).finally(() => (this.counters.movingFiles -= 1));
      if (this.#closed) return;
      if (spec === undefined) this.onExit(id, { reason: 'killed', message: 'Stopped on request, before it began.', finishedAt: this.clock.now() });
      else this.#start(spec);
    } catch (error) {
      if (!this.#closed) this.onExit(id, { reason: 'refused', message: (error as Error).message, finishedAt: this.clock.now() });
    }
  }

  #kill(id: string): void {
    if (!this.#files.end(id)) this.#executor.kill(id);
  }

  #commitDirty(runs: readonly WorkflowRun[]): void {
    for (const run of runs) if (run.live.dirty) run.updateProgress();
    const lives = runs.map(({ live }) => live).filter((live) => live.dirty);
    if (lives.length === 0) return;
    try {
      this.commit(lives);
    } catch (error) {
      this.options.onError(error);
      this.recover(lives);
      return;
    }
    for (const live of lives) {
      if (isWorkflowCompleted(live.status.phase)) this.#retire(live.uid);
    }
  }

  #retire(uid: string): void {
    const run = this.#runs.get(uid);
    if (run !== undefined) {
      run.retire();
      this.#runs.delete(uid);
      this.#dirty.delete(run);
    }
    this.#cancelTimers(uid);
  }

  /** Forgets the drafts of these objects and, after a while, goes on from what is stored. */
  recover(lives: readonly LiveWorkflow[]): void {
    this.#effects = [];
    for (const id of this.#starting.splice(0)) this.#slots.release(id);
    for (const live of lives) {
      const run = this.#runs.get(live.uid);
      this.#cancelTimers(live.uid);
      live.rollback();
      if (run === undefined) continue;
      run.retire();
      this.#dirty.delete(run);
      this.#setTimer(live.uid, 'recover', this.clock.now() + RETRY_COMMIT_MS, () => {
        if (this.#runs.get(live.uid) === run) this.adopt(live);
      });
    }
  }

  #setTimer(uid: string, key: string, atMs: number, fire: () => void): void {
    let timers = this.#timers.get(uid);
    if (timers === undefined) this.#timers.set(uid, (timers = new Map<string, () => void>()));
    timers.get(key)?.();
    const cancel = this.clock.at(atMs, () => {
      timers.delete(key);
      if (!this.#closed) fire();
    });
    timers.set(key, cancel);
  }

  #cancelTimers(uid: string): void {
    for (const cancel of this.#timers.get(uid)?.values() ?? []) cancel();
    this.#timers.delete(uid);
  }

  #attempt(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      this.options.onError(error);
    }
  }

  async #forget(attempt: string): Promise<void> {
    try {
      await this.#executor.forget(attempt);
      if (!this.#closed) this.options.database.forgetDone(attempt);
    } catch (error) {
      this.options.onError(error);
    }
  }
}

/** When a finished Workflow may go: never before everything of it is stored elsewhere. */
function expiry(live: LiveWorkflow): number | undefined {
  const { ttlStrategy } = live.spec;
  const { phase, finishedAt } = live.status;
  const end = fromTimestamp(finishedAt);
  if (ttlStrategy === undefined || end === undefined || live.metadata.labels?.[LABEL_PERSISTED] !== 'true') return undefined;
  const bySuccess = phase === 'Succeeded' ? ttlStrategy.secondsAfterSuccess : ttlStrategy.secondsAfterFailure;
  const seconds = bySuccess ?? ttlStrategy.secondsAfterCompletion;
  return seconds === undefined || seconds === null ? undefined : end + seconds * 1000;
}

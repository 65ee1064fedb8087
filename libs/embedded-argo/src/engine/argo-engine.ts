import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isWorkflowCompleted, keptAttemptId } from '@millrace/argo';
import { toTimestamp, type Clock } from '../clock.js';
import type { AttemptListener, Executor } from '../executor.js';
import type { ClaimFolders } from '../pod/claim-folders.js';
import { attemptId } from '../pod/build-attempt.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import type { RunningPlace } from '../workflow/findings.js';
import { AttemptEvents } from './attempt-events.js';
import { Effects } from './effects.js';
import { EngineAttempts } from './engine-attempts.js';
import { EngineHost } from './engine-host.js';
import type { EngineOptions } from './engine-options.js';
import { RunTimers } from './run-timers.js';
import { workflowExpiry } from './workflow-expiry.js';
import { WorkflowRun } from './workflow-run.js';

const RETRY_COMMIT_MS = 1_000;

/**
 * Moves all Workflows: gathers what happened, lets each run work off its consequences, writes the changes of a tick in one
 * transaction, and only then acts on the world. After a failed write everything is rebuilt from what was last written.
 */
export class ArgoEngine {
  readonly #runs = new Map<string, WorkflowRun>();
  readonly #dirty = new Set<WorkflowRun>();
  readonly #timers: RunTimers;
  readonly #effects: Effects;
  readonly #events: AttemptEvents;
  readonly #attempts: EngineAttempts;
  readonly #host: EngineHost;
  #scheduled = false;
  #resourceVersion: number;
  #closed = false;

  constructor(private readonly options: EngineOptions) {
    const schedule = (): void => this.schedule();
    this.#timers = new RunTimers(options.clock);
    this.#effects = new Effects(options.onError);
    this.#events = new AttemptEvents(options, schedule);
    this.#attempts = new EngineAttempts(options, this.#effects, this.#events, (run) => this.#dirty.add(run));
    this.#host = new EngineHost(options, {
      attempts: this.#attempts,
      events: this.#events,
      effects: this.#effects,
      schedule,
      wakeAt: (run, key, atMs, fire) => this.#wakeAt(run, key, atMs, fire),
    });
    this.#resourceVersion = options.database.lastResourceVersion();
  }

  /** To be told what becomes of attempts. */
  get listener(): AttemptListener {
    return this.#events;
  }

  get clock(): Clock {
    return this.options.clock;
  }

  get claims(): ClaimFolders {
    return this.options.claims;
  }

  /** What Workflows are checked against before they are taken. */
  get place(): RunningPlace {
    return { executor: this.#attempts.executor, objects: this.options.keyed };
  }

  get resourceVersion(): string {
    return String(this.#resourceVersion);
  }

  /** Must be called once before anything else. */
  attach(executor: Executor): void {
    this.#attempts.attach(executor);
  }

  run(uid: string): WorkflowRun | undefined {
    return this.#runs.get(uid);
  }

  /** Takes over a Workflow that is stored and has not completed. */
  adopt(live: LiveWorkflow): WorkflowRun {
    const run = new WorkflowRun(live, this.#host);
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
        const change = live.changes(version, workflowExpiry(live));
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
    for (const id of attempts) this.#attempts.drop(id);
    void rm(join(this.options.folder, 'pods', uid), { recursive: true, force: true }).catch(this.options.onError);
    for (const { namespace, name } of claims) this.claims.delete(namespace, name);
  }

  /** Keeps what attempts left that are going to be made again, under other ids. */
  setAside(uid: string, nodeIds: readonly string[], retry: number): void {
    for (const nodeId of nodeIds) this.#attempts.executor.setAside(attemptId(uid, nodeId), attemptId(uid, keptAttemptId(nodeId, retry)));
  }

  /** Forgets the drafts of these objects and, after a while, goes on from what is stored. */
  recover(lives: readonly LiveWorkflow[]): void {
    this.#effects.drop();
    this.#attempts.rollback();
    for (const live of lives) {
      const run = this.#runs.get(live.uid);
      this.#timers.cancel(live.uid);
      live.rollback();
      if (run === undefined) continue;
      run.retire();
      this.#dirty.delete(run);
      this.#timers.set(live.uid, 'recover', this.clock.now() + RETRY_COMMIT_MS, () => {
        if (this.#runs.get(live.uid) === run) this.adopt(live);
      });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events.close();
    this.#timers.close();
    await this.#attempts.close();
  }

  #tick(): void {
    this.options.counters.ticks += 1;
    this.#takeEvents();
    const runs = [...this.#dirty];
    this.#dirty.clear();
    for (const run of runs) this.#step(run);
    this.#attempts.fillSlots();
    this.#commitDirty([...new Set([...runs, ...this.#dirty])]);
    this.#attempts.committed();
    if (this.#effects.run() > 0) this.options.failpoint?.('effects.done');
    this.options.onTick();
    if (this.#events.any || this.#dirty.size > 0) this.schedule();
  }

  #takeEvents(): void {
    for (const event of this.#events.take()) {
      const slash = event.id.indexOf('/');
      const run = this.#runs.get(event.id.slice(0, slash));
      const nodeId = event.id.slice(slash + 1);
      if (event.kind === 'exit') this.#attempts.ended(event.id);
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

  #wakeAt(run: WorkflowRun, key: string, atMs: number, fire: () => void): void {
    this.#timers.set(run.uid, key, atMs, () => {
      if (this.#runs.get(run.uid) !== run) return;
      this.#guard(run, fire);
      this.touch(run);
    });
  }

  /** A fault of this engine in one Workflow ends that one; the others go on. */
  #guard(run: WorkflowRun, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.options.onError(error);
      for (const nodeId of run.pods.open()) this.#attempts.cancel(run, nodeId);
      run.live.setStatus({ phase: 'Error', message: `embedded Argo failed: ${String(error)}`, finishedAt: toTimestamp(this.clock.now()) });
      run.retire();
    }
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
    this.#timers.cancel(uid);
  }
}

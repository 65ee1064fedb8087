import { LABEL_PERSISTED, LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import type { Run } from '@millrace/database';
import { describeError } from '@millrace/errors';
import { LABEL_SHARD, shardOf, startReconciler, type Reconciler, type Resource, type ResourceStore, type ShardOwnership, type ShardWorker } from '@millrace/resources';
import type { WorkflowFollower } from './follow-workflow.js';
import { noteLost, sweepRuns, type SweepContext } from './sweep-runs.js';
import type { RunObserver } from './run-controller.js';
import { workflowRefOf } from './workflow-ref.js';

export interface FollowingContext extends SweepContext {
  readonly store: ResourceStore;
  readonly shards?: ShardOwnership;
  readonly observe?: RunObserver;
}

/** What another process left between two writes must be older than it takes to do both. */
const SWEEP_EVERY_MS = 15_000;
const SWEPT_WHEN_OLDER_MS = 15_000;
/** A renewal that is late may still come, and what happened meanwhile is not told again. */
const NOT_MINE_MS = 1_000;
/** Of one shard; together they may be as many as there are shards. */
const SHARD_CONCURRENCY = 2;

const OVER: ReadonlySet<Run['state']> = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED']);

/** Follows the Workflows of all runs, or of those in the shards that are this process's. */
export class RunFollowing implements ShardWorker {
  readonly #reconcilers = new Map<number | undefined, Reconciler>();
  #sweeping: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly context: FollowingContext,
    private readonly follower: WorkflowFollower,
  ) {}

  async start(): Promise<void> {
    const { shards } = this.context;
    if (shards === undefined) {
      await sweepRuns(this.context, this.follower, () => true);
      this.#reconcilers.set(undefined, this.#reconciler(undefined));
      return;
    }
    shards.start(this);
    this.#sweepLater(shards);
  }

  async begin(shard: number): Promise<void> {
    try {
      await sweepRuns(this.context, this.follower, (run) => shardOf(run.id) === shard);
    } catch (error) {
      // The database is away: what is watched is followed when it is back, and what is not the next sweep finds.
      this.context.log('error', 'unfinished runs could not be looked through', { shard, error: describeError(error) });
    }
    if (!this.#closed) this.#reconcilers.set(shard, this.#reconciler(shard));
  }

  async end(shard: number): Promise<void> {
    const reconciler = this.#reconcilers.get(shard);
    this.#reconcilers.delete(shard);
    await reconciler?.close();
    // The next owner writes rows that are not in this memory.
    this.follower.forgetWhere((runId) => shardOf(runId) === shard);
  }

  /** Workflows that wait for a step or are in one. */
  get backlog(): number {
    let sum = 0;
    for (const reconciler of this.#reconcilers.values()) sum += reconciler.backlog;
    return sum;
  }

  get waitingForMs(): number {
    return Math.max(0, ...[...this.#reconcilers.values()].map(({ waitingForMs }) => waitingForMs));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweeping);
    await this.context.shards?.close();
    await Promise.all([...this.#reconcilers.values()].map((reconciler) => reconciler.close()));
    this.#reconcilers.clear();
  }

  #reconciler(shard: number | undefined): Reconciler {
    const { store, shards, log } = this.context;
    return startReconciler({
      store,
      kind: 'Workflow',
      // What is over and stored stays with the engine for a while and is nobody's any more.
      selector: { withoutLabels: [LABEL_PERSISTED], ...(shard !== undefined && { labels: { [LABEL_SHARD]: String(shard) } }) },
      ...(shard !== undefined && { concurrency: SHARD_CONCURRENCY }),
      reconcile: async (workflow, changedNodes) => {
        if (shard !== undefined && shards?.owns(shard) !== true) return { requeueAfterMs: NOT_MINE_MS };
        return this.#measured(() => this.follower.follow(workflow, changedNodes));
      },
      deleted: (workflow) => this.#deleted(workflow),
      onError: (error, workflow, failures) => log('error', 'a Workflow could not be followed; it is tried again', { workflow: workflow.metadata.name, failures, error: describeError(error) }),
    });
  }

  async #measured<Result>(step: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    let outcome: 'done' | 'failed' = 'failed';
    try {
      const result = await step();
      outcome = 'done';
      return result;
    } finally {
      this.context.observe?.step((performance.now() - started) / 1000, outcome);
    }
  }

  /** A run is not left running for ever because somebody removed its Workflow. */
  async #deleted({ metadata }: Resource<Workflow>): Promise<void> {
    const runId = metadata.labels?.[LABEL_RUN_ID];
    if (runId === undefined) return;
    this.follower.forget(runId);
    const { database, store, shards } = this.context;
    // Where nobody else can reach the store it was this process, which knows why.
    if (shards === undefined) return;
    const run = await database.runs.find(runId);
    if (run === undefined || !run.submitted || OVER.has(run.state) || run.workflowName !== metadata.name) return;
    if ((await store.get('Workflow', workflowRefOf(run))) === undefined) await noteLost(this.context, run);
  }

  /** Others make runs here, and may die while they do. */
  #sweepLater(shards: ShardOwnership): void {
    this.#sweeping = setTimeout(async () => {
      const before = this.context.clock().getTime() - SWEPT_WHEN_OLDER_MS;
      const isLeftBehind = (run: Run) => (!run.submitted || run.state === 'CANCELING') && run.createdAt.getTime() < before && shards.owns(shardOf(run.id));
      await sweepRuns(this.context, this.follower, isLeftBehind).catch((error: unknown) => this.context.log('error', 'unfinished runs could not be looked through', { error: describeError(error) }));
      if (!this.#closed) this.#sweepLater(shards);
    }, SWEEP_EVERY_MS);
  }
}

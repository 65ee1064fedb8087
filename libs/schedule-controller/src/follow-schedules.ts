import { LABEL_PERSISTED } from '@millrace/argo';
import { describeError } from '@millrace/errors';
import { repeat, LABEL_SHARD, shardOf, startReconciler, type Reconciler, type Resource, type ShardOwnership, type ShardWorker, type Watch } from '@millrace/resources';
import { LABEL_OF_SCHEDULE, LABEL_SCHEDULE_NAME, LABEL_SCHEDULE_SHARD } from '@millrace/run-controller';
import { LABEL_RECURRING_RUN_ID, type ScheduledWorkflow } from '@millrace/scheduling';
import { ScheduleReconciler, type ReconcileContext } from './reconcile-schedule.js';
import { sweepAllSchedules, sweepNewSchedules } from './sweep-schedules.js';

export interface FollowingContext extends ReconcileContext {
  readonly shards?: ShardOwnership;
}

/** How late a recurring run gets its ScheduledWorkflow when whoever stored it died in between. */
const SWEEP_EVERY_MS = 60_000;
/** Of one shard; together they may be as many as there are shards. */
const SHARD_CONCURRENCY = 2;

/** A renewal that is late may still come; what is another's is no longer asked for. */
const NOT_MINE_MS = 1_000;

/** What watches the schedules of one shard, or all of them. */
interface Following {
  readonly reconciler: Reconciler;
  readonly ends: Watch;
}

/** Follows all ScheduledWorkflows, or those in the shards that are this process's: in the same way as runs are shared, by the id of the recurring run. */
export class ScheduleFollowing implements ShardWorker {
  readonly #followed = new Map<number | undefined, Following>();
  readonly #closing = new AbortController();
  /** Shards that nobody has looked through since they became this process's. */
  #unswept = new Set<number>();
  #sweeping: Promise<void> | undefined;

  constructor(private readonly context: FollowingContext) {}

  async start(): Promise<void> {
    const { shards } = this.context;
    if (shards === undefined) {
      await sweepAllSchedules(this.context, () => true);
      this.#follow(undefined);
    } else {
      shards.start(this);
    }
    void repeat(() => this.#sweepAgain(), { firstAfterMs: SWEEP_EVERY_MS, everyMs: SWEEP_EVERY_MS, signal: this.#closing.signal });
  }

  async begin(shard: number): Promise<void> {
    // It is this process's when this has been called. Shards come many at a time, and one look is enough for all of them.
    await new Promise(setImmediate);
    if (this.#closing.signal.aborted) return;
    this.#follow(shard);
    this.#unswept.add(shard);
    void this.#sweepSoon();
  }

  async end(shard: number): Promise<void> {
    this.#unswept.delete(shard);
    await this.#leave(shard);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.context.shards?.close();
    await Promise.all([...this.#followed.keys()].map((shard) => this.#leave(shard)));
    await this.#sweeping;
  }

  async #leave(shard: number | undefined): Promise<void> {
    const followed = this.#followed.get(shard);
    this.#followed.delete(shard);
    followed?.ends.close();
    await followed?.reconciler.close();
  }

  #follow(shard: number | undefined): void {
    const { store, shards, log } = this.context;
    const labels = (label: string) => shard !== undefined && { [label]: String(shard) };
    // What it has settled is known for as long as the shard is this process's.
    const schedules = new ScheduleReconciler(this.context);
    const reconciler = startReconciler({
      store,
      kind: 'ScheduledWorkflow',
      ...(shard !== undefined && { concurrency: SHARD_CONCURRENCY, selector: { labels: { [LABEL_SHARD]: String(shard) } } }),
      reconcile: async (schedule) => (shard !== undefined && shards?.owns(shard) !== true ? { requeueAfterMs: NOT_MINE_MS } : schedules.reconcile(schedule)),
      deleted: (schedule) => {
        schedules.forget(schedule.metadata);
        return this.#deleted(schedule);
      },
      onError: (error, schedule, failures) => log('error', 'a schedule could not be followed; it is tried again', { schedule: schedule.metadata.name, failures, error: describeError(error) }),
    });
    // A Workflow is shown when its run is over and recorded; only then another one may begin.
    const ends = store.watch('Workflow', { labels: { [LABEL_OF_SCHEDULE]: 'true', [LABEL_PERSISTED]: 'true', ...labels(LABEL_SCHEDULE_SHARD) } }, ({ object: { metadata } }) => {
      const name = metadata.labels?.[LABEL_SCHEDULE_NAME];
      if (name === undefined) return;
      const ref = { namespace: metadata.namespace, name };
      schedules.forget(ref);
      reconciler.look(ref);
    });
    this.#followed.set(shard, { reconciler, ends });
  }

  /** Whoever deletes it by the API deletes the row right after. */
  async #deleted({ metadata }: Resource<ScheduledWorkflow>): Promise<void> {
    const { database, store, shards } = this.context;
    const id = metadata.labels?.[LABEL_RECURRING_RUN_ID];
    if (id === undefined) return;
    // Somebody took its shard's label away: the next sweep gives it back.
    if (shards !== undefined && (await store.get('ScheduledWorkflow', metadata)) !== undefined) return;
    const error = `Its ScheduledWorkflow "${metadata.name}" was deleted. Enable the recurring run to have it made again, or delete it.`;
    await database.recurringRuns.update(id, { status: 'DISABLED', nextRunAt: null, error });
  }

  #isMine(id: string): boolean {
    const { shards } = this.context;
    return shards === undefined || shards.owns(shardOf(id));
  }

  #sweepSoon(): Promise<void> {
    return (this.#sweeping ??= new Promise(setImmediate).then(() => this.#sweepTaken()).finally(() => (this.#sweeping = undefined)));
  }

  async #sweepTaken(): Promise<void> {
    while (this.#unswept.size > 0 && !this.#closing.signal.aborted) {
      const taken = this.#unswept;
      this.#unswept = new Set();
      try {
        await sweepAllSchedules(this.context, (id) => taken.has(shardOf(id)) && this.#isMine(id));
      } catch (error) {
        for (const shard of taken) if (this.#followed.has(shard)) this.#unswept.add(shard);
        this.context.log('error', 'recurring runs could not be looked through; that is tried again', { error: describeError(error) });
        return;
      }
    }
  }

  async #sweepAgain(): Promise<void> {
    if (this.#unswept.size > 0) await this.#sweepSoon();
    await sweepNewSchedules(this.context, (id) => this.#isMine(id)).catch((error: unknown) =>
      this.context.log('error', 'recurring runs without a ScheduledWorkflow could not be looked for', { error: describeError(error) }),
    );
  }
}

/** Into how many parts the runs of an installation are divided. It is in the labels of Workflows and never changes. */
export const SHARD_COUNT = 32;

/** Label of a Workflow: its run's shard, so that each replica is only told of its own. */
export const LABEL_SHARD = 'millrace/shard';

/** The shard of a run, the same everywhere and for ever. */
export function shardOf(runId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < runId.length; index += 1) hash = Math.imul(hash ^ runId.charCodeAt(index), 0x01000193) >>> 0;
  return hash % SHARD_COUNT;
}

/** What works for a shard while it is this process's. Both resolve; what goes wrong they report themselves and mend. */
export interface ShardWorker {
  begin(shard: number): Promise<void>;
  /** Resolves when nothing works for the shard any more; only then it is another's. */
  end(shard: number): Promise<void>;
}

/** Divides the shards among the processes that ask for them; at any moment a shard is at most one's. */
export interface ShardOwnership {
  /** Begins to take shards; call it once. */
  start(worker: ShardWorker): void;
  /** Whether work for the shard may go on right now: false as soon as another might hold it. */
  owns(shard: number): boolean;
  /** Ends the work for every shard and gives them all up. Idempotent. */
  close(): Promise<void>;
}

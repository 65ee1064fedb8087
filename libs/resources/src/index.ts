/**
 * ResourceStore: the one way in which services reach what is running, whatever the substrate.
 *
 * @packageDocumentation
 */
export type {
  ListOptions,
  ObjectMeta,
  Resource,
  ResourceKind,
  ResourceKinds,
  ResourceList,
  ResourcePatch,
  ResourceRef,
  ResourceStore,
  Watch,
  WatchEvent,
  WatchOptions,
} from './resource-store.js';
export type { LogLine, LogPage, LogReadOptions, TaskLogs, TaskLogRef } from './task-logs.js';
export { repeat, type RepeatOptions } from './repeat.js';
export { patchCurrent, type PatchBody, type PatchTarget } from './patch-current.js';
export { startReconciler, type Reconciler, type ReconcilerBackoff, type ReconcilerOptions, type ReconcileResult } from './reconcile.js';
export { LABEL_SHARD, SHARD_COUNT, shardOf, type ShardOwnership, type ShardWorker } from './shards.js';

import type { JsonObject } from '@millrace/pipeline-spec';
import type { ContainerField } from './late-fields.js';
import type { RuntimeArtifact, ScopePath, TaskValues } from './run-view.js';

/** Everything a task's container needs, with no value left to find out. */
export interface ExecutionPlan {
  readonly path: ScopePath;
  /** Chosen before the decision; the last folder of the task root. */
  readonly taskId: string;
  /** As the task sees them: with the component's defaults. */
  readonly inputs: TaskValues;
  readonly image: string;
  /**
   * In the syntax of a Kubernetes container, as `args` and `env` are: `$(NAME)` stands for a variable and `$$` for one dollar sign. What
   * the pipeline's author wrote is left as it is, and every dollar sign of a value is doubled.
   */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Kubernetes resource quantities, keys `cpu`, `memory` and device names. */
  readonly resources: { readonly limits: Readonly<Record<string, string>>; readonly requests: Readonly<Record<string, string>> };
  /** URI of the task's own folder: output artifacts, `output_metadata.json`. */
  readonly taskRoot: string;
  /** The same folder as the task sees it. */
  readonly localTaskRoot: string;
  /** File by output parameter name, as the task sees it. */
  readonly parameterFiles: Readonly<Record<string, string>>;
  readonly outputMetadataFile: string;
  /** The artifacts promised in the executor input; `id`s are given when they are stored. */
  readonly outputArtifacts: Readonly<Record<string, Omit<RuntimeArtifact, 'id'>>>;
  /** The parts of the container that differ by execution: what a gate has to answer. */
  readonly late?: readonly ContainerField[];
  /** Set when caching is on for this task: stored with its outputs after success. */
  readonly fingerprint?: string;
}

export interface CacheHit {
  readonly runId: string;
  readonly taskId: string;
  readonly outputs: TaskValues;
}

/**
 * What to do with one execution when its turn comes, given what is known; whose turn it is, is the engine's business. Deciding twice
 * on the same facts gives the same answer; a decision other than `wait` never changes when more facts arrive.
 */
export type Decision =
  /** Inputs or dependencies are not known yet: ask again when one of these has changed. */
  | { readonly kind: 'wait'; readonly on: readonly ScopePath[] }
  /** Look the fingerprint up in the cache, then call `next` with what was found. */
  | { readonly kind: 'need-cache'; readonly fingerprint: string; readonly next: (hit: CacheHit | undefined) => Decision }
  | { readonly kind: 'run'; readonly plan: ExecutionPlan }
  | { readonly kind: 'cached'; readonly inputs: TaskValues; readonly hit: CacheHit; readonly fingerprint: string }
  /** A DAG whose inputs are known: its tasks are decided on their own. */
  | { readonly kind: 'enter'; readonly inputs: TaskValues }
  /** A loop: this many iterations, each entered on its own. Not produced yet. */
  | { readonly kind: 'fan-out'; readonly inputs: TaskValues; readonly iterations: number }
  /** The condition is false, or what it depends on was not triggered. Not produced yet for conditions. */
  | { readonly kind: 'skip'; readonly reason: string }
  /** Something that needs no process: importer, createpvc, deletepvc. Not produced yet. */
  | { readonly kind: 'inline'; readonly effect: string; readonly inputs: TaskValues; readonly settings: JsonObject }
  /** The task cannot run: a sentence naming the task, what happened and the remedy. */
  | { readonly kind: 'fail'; readonly message: string };

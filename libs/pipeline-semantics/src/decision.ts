import type { JsonObject } from '@millrace/pipeline-spec';
import type { LateField } from './late-fields.js';
import type { ObjectLocation } from './layout.js';
import type { ContainerResources, EnvVariable, PodFragment } from './pod/pod-fragment.js';
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
  readonly env: readonly EnvVariable[];
  readonly resources: ContainerResources;
  /** What the Kubernetes settings make of the pod; nothing of its own when absent. */
  readonly pod?: PodFragment;
  /** URI of the task's own folder: output artifacts, `output_metadata.json`. */
  readonly taskRoot: string;
  /** The same folder as the task sees it. */
  readonly localTaskRoot: string;
  /** File by output parameter name, as the task sees it. */
  readonly parameterFiles: Readonly<Record<string, string>>;
  readonly outputMetadataFile: string;
  /** The artifacts promised in the executor input; `id`s are given when they are stored. */
  readonly outputArtifacts: Readonly<Record<string, Omit<RuntimeArtifact, 'id'>>>;
  /** The parts of the pod that differ by execution: what a gate has to answer. */
  readonly late?: readonly LateField[];
  /** Set when caching is on for this task: stored with its outputs after success. */
  readonly fingerprint?: string;
}

export interface CacheHit {
  readonly runId: string;
  readonly taskId: string;
  readonly outputs: TaskValues;
}

/** Something that is done outside the Workflow when a task's turn comes. Done again for the same task it changes nothing. */
export type Effect =
  /** `reuse`: one of that name that is there already is taken. `manifest` has `metadata` and `spec` as Kubernetes wants them. */
  | { readonly kind: 'create-claim'; readonly name: string; readonly manifest: JsonObject; readonly reuse: boolean }
  | { readonly kind: 'delete-claim'; readonly name: string }
  /** `from` is a URI, `to` a path in the claim. */
  | { readonly kind: 'copy-into-claim'; readonly name: string; readonly from: string; readonly to: string };

/** An object or a folder of objects that a pod copies into the run's workspace. */
export interface WorkspaceCopy extends ObjectLocation {
  readonly uri: string;
  /** Where its consumers look for it, as a path in the workspace. */
  readonly to: string;
  /** Of the pod. */
  readonly image: string;
}

/**
 * What to do with one execution when its turn comes, given what is known; whose turn it is, is the engine's business. Deciding twice
 * on the same facts gives the same answer; a decision other than `wait` never changes when more facts arrive.
 */
export type Decision =
  /** What decides is not known yet: ask again when one of these has changed. A DAG or a loop waits only for whether and how often it is entered. */
  | { readonly kind: 'wait'; readonly on: readonly ScopePath[] }
  /** Look the fingerprint up in the cache, then call `next` with what was found. */
  | { readonly kind: 'need-cache'; readonly fingerprint: string; readonly next: (hit: CacheHit | undefined) => Decision }
  | { readonly kind: 'run'; readonly plan: ExecutionPlan }
  | { readonly kind: 'cached'; readonly inputs: TaskValues; readonly hit: CacheHit; readonly fingerprint: string }
  /** A DAG: its tasks are decided on their own, each when what it uses is known. `inputs` once all of them are. */
  | { readonly kind: 'enter'; readonly inputs?: TaskValues }
  /** A loop: this many iterations, each a scope of its own (`root/loop#3`). */
  | { readonly kind: 'fan-out'; readonly inputs?: TaskValues; readonly iterations: number }
  /** The condition is false, or what the task depends on ended in a way that keeps it from starting. */
  | { readonly kind: 'skip'; readonly reason: string }
  /** To be done first, and when it is the task's turn; then it is as `after` says. */
  | { readonly kind: 'effect'; readonly effect: Effect; readonly after: Extract<Decision, { kind: 'import' }> }
  /** A pod has to copy something into the workspace first; when it has succeeded, it is as `after` says. */
  | { readonly kind: 'copy'; readonly copy: WorkspaceCopy; readonly after: Extract<Decision, { kind: 'import' }> }
  /** Done without a process: an importer, whose artifact is registered or, when it is in the outputs of `reused`, there already. */
  | { readonly kind: 'import'; readonly inputs: TaskValues; readonly outputs: TaskValues; readonly reused?: CacheHit; readonly fingerprint?: string }
  /** The task cannot run: a sentence naming the task, what happened and the remedy. */
  | { readonly kind: 'fail'; readonly message: string };

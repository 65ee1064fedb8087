import type { CacheHit, Decision } from './decision.js';
import type { SettingValues } from './pod/task-settings.js';
import type { ScopePath, TaskValues } from './run-view.js';

/** Settings that hold for a whole run. */
export interface CachePolicy {
  /** False turns the cache off for every task, whatever the pipeline says. */
  readonly enabled: boolean;
}

/** One execution as known at submission. */
export interface PlannedTask {
  readonly path: ScopePath;
  /** Key in the DAG; the last part of the path. */
  readonly taskKey: string;
  /** `taskInfo.name`, else the key. */
  readonly displayName: string;
  readonly kind: 'container' | 'dag';
  readonly parent: ScopePath;
  readonly taskId: string;
  /** Paths of the siblings it depends on, given or implied by its inputs. */
  readonly dependsOn: readonly ScopePath[];
  /**
   * True inside a loop: what holds for the task in all iterations, of which it is not one. No execution has this path; a container here
   * waits at least for its iteration.
   */
  readonly perIteration: boolean;
  /**
   * What is decided now. `wait` means dynamic: the task gets a gate and is decided again while the run goes on.
   * Never `need-cache`, nor `effect` and `copy`, whose task waits for its turn.
   */
  readonly decision: Exclude<Decision, { kind: 'need-cache' | 'effect' | 'copy' }>;
  /** What the settings of a task that waits take from its scope, where that is known. */
  readonly settings?: SettingValues;
}

/** The run as known at submission: tasks in topological order, a DAG before its members. */
export interface Plan {
  readonly tasks: ReadonlyMap<ScopePath, PlannedTask>;
}

/**
 * A plan in the making: yields the fingerprints of one wave, wants the hits found for them (absent: a miss), returns the plan.
 * Pure, so that the caller chooses how to look things up and does it in one query a wave.
 */
export type PlanSteps = Generator<readonly string[], Plan, ReadonlyMap<string, CacheHit>>;

/** Outcome of reading what a task left. */
export type CollectedOutputs =
  | { readonly kind: 'collected'; readonly outputs: { readonly parameters: TaskValues['parameters']; readonly artifacts: Readonly<Record<string, CollectedArtifact>> } }
  /** The task's own fault: a missing or mistyped output. The sentence names the output and the remedy. */
  | { readonly kind: 'failed'; readonly message: string };

/** An output artifact to store; it has no id yet. */
export interface CollectedArtifact {
  readonly name: string;
  readonly uri: string;
  readonly schemaTitle: string;
  readonly schemaVersion: string;
  readonly metadata: TaskValues['parameters'];
  readonly customPath?: string;
}

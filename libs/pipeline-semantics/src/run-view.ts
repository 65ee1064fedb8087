import type { JsonValue } from '@millrace/pipeline-spec';

/**
 * Address of one execution inside a run: `root`, `root/train`, `root/for-loop-2#3/print` (iteration 3 of a loop). Task keys are
 * joined by `/`; a loop's iteration is the loop's own path with `#index`.
 */
export type ScopePath = string;

/** State of one task. `CACHED` is a success whose outputs are an earlier run's; KFP's API shows it as SKIPPED. */
export type TaskState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CACHED' | 'SKIPPED' | 'CANCELED';

export interface RuntimeArtifact {
  /** Identity of the artifact, part of the fingerprint of those who consume it. */
  readonly id: string;
  /** Name as the task sees it: the id for inputs, the output's key for outputs (KFP). */
  readonly name: string;
  readonly uri: string;
  readonly schemaTitle: string;
  readonly schemaVersion: string;
  readonly metadata: Readonly<Record<string, JsonValue>>;
  /** Local path that overrides the one that follows from the URI. */
  readonly customPath?: string;
}

/** Values by name. An absent optional input has no entry; an explicit null has one. Artifacts are always lists. */
export interface TaskValues {
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly artifacts: Readonly<Record<string, readonly RuntimeArtifact[]>>;
}

/** What is known of one execution. Facts only grow: a state may become final, values may become known, nothing is taken back. */
export interface TaskFacts {
  readonly state: TaskState;
  /** Wanted where a DAG is given its own id (`{{$.pipeline_task_uuid}}`); otherwise not read. */
  readonly taskId?: string;
  readonly inputs?: TaskValues;
  /** Known once the state is SUCCEEDED or CACHED. */
  readonly outputs?: TaskValues;
  /** The outputs are from the cache, and before the run begins it is not certain that the task is reached. */
  readonly provisional?: boolean;
  /** Before the run begins: it may still turn out that the task is not triggered. */
  readonly conditional?: boolean;
  /** Number of iterations of a loop, once known. */
  readonly iterations?: number;
  /** Why it failed, for PipelineTaskFinalStatus and for people. */
  readonly error?: { readonly message: string };
}

export interface RunFacts {
  readonly runId: string;
  readonly displayName: string;
  /** Name of the Workflow object. */
  readonly resourceName: string;
  readonly namespace: string;
  readonly createdAt: Date;
  readonly scheduledAt: Date;
  /** `<pipeline root>/<pipeline name>/<run id>`. */
  readonly artifactRoot: string;
  /** Values of the root's inputs: given, defaulted or null. */
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly artifacts?: TaskValues['artifacts'];
}

/** The only way in which semantics sees a run: from rows, from a plan in the making, or from two plain objects in a test. */
export interface RunView {
  readonly run: RunFacts;
  task(path: ScopePath): TaskFacts | undefined;
}

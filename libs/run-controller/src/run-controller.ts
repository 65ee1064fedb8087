import type { Database, PipelineDocument, Run } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import type { Workflow } from '@millrace/argo';
import type { AnyPipeline, JsonValue } from '@millrace/pipeline-spec';
import type { Layout } from '@millrace/pipeline-semantics';
import type { ResourceStore, ShardOwnership } from '@millrace/resources';
import type { ContainerNeeds } from './refuse-unrunnable.js';
import type { VolumeClaims } from './volume-claims.js';
import type { AttemptPods } from './attempt-pods.js';

/** A run to be made. Experiment, names and access are settled by the caller. */
export interface RunSubmission {
  /** @default a new random id; recurring runs give a deterministic one */
  readonly id?: string;
  readonly namespace: string;
  readonly experimentId: string;
  readonly displayName: string;
  readonly description?: string;
  readonly serviceAccount: string;
  /** Parsed and validated. */
  readonly pipeline: AnyPipeline;
  /** The same, as it was submitted. */
  readonly document: PipelineDocument;
  /** Both, or neither. */
  readonly pipelineId?: string;
  readonly pipelineVersionId?: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly pipelineRoot?: string;
  readonly recurringRunId?: string;
  /** Of a recurring run: the slot. @default the creation */
  readonly scheduledAt?: Date;
  /** Of a recurring run: its ScheduledWorkflow and which run of it this is, from 1. Goes into labels and parameter macros. */
  readonly schedule?: { readonly name: string; readonly index: number };
}

/** What a submission would do. */
export interface SubmissionPreview {
  readonly tasks: number;
  readonly cached: number;
  readonly run: number;
  readonly undecided: number;
  /** What the pipeline asks for and goes without here, as sentences; absent when there is nothing. */
  readonly warnings?: string[];
}

/** Attempts of tasks that a retry of their run does again. */
export interface RetriedAttempts {
  /**
   * Keeps the logs of these attempts under other ids (`keptAttemptId`), so that new attempts may have theirs, and removes what still stands in
   * their way: where files are taken away to `taskRoots`, what they left there. Again for attempts that are set aside, it does nothing.
   */
  setAside(workflow: { readonly namespace: string; readonly name: string; readonly artifactRoot: string; readonly taskRoots: readonly string[]; readonly endedAt: Date }, nodeIds: readonly string[], retry: number): Promise<void>;
}

export interface RunControllerOptions {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly objects: ObjectStore;
  readonly layout: Layout;
  readonly substrate: 'embedded' | 'kubernetes';
  /** Whether tasks run in containers now. @default always on a cluster, never on one machine */
  readonly containers?: () => boolean;
  /** Why a container cannot run on this substrate, as sentences with the remedy. @default nothing is refused */
  readonly refuseContainer?: (container: ContainerNeeds) => readonly string[];
  /** What a container asks for and goes without on this substrate, as sentences. @default nothing */
  readonly warnOfContainer?: (container: ContainerNeeds) => readonly string[];
  /** @default the store does it when it is told of the retry */
  readonly attempts?: RetriedAttempts;
  /** What is known of pods beside what Workflows say. @default nothing */
  readonly pods?: AttemptPods;
  /** Makes, deletes and fills volumes for tasks. @default such tasks are refused */
  readonly volumes?: VolumeClaims;
  /** Throws what the store would say of a Workflow that a user wrote, without storing it. @default the store is asked when it is to be created */
  readonly refuseWorkflow?: (workflow: Workflow) => void | Promise<void>;
  /**
   * The address, for `objects`, of an artifact that Argo keeps under a key: in a bucket, or else in its default repository.
   * @default `s3://bucket/key`, and none without a bucket
   */
  readonly artifactUri?: (location: { readonly bucket?: string; readonly key: string }) => string | undefined;
  /** Which runs are this process's to follow. @default all of them */
  readonly shards?: ShardOwnership;
  /** @default true */
  readonly cacheEnabled?: boolean;
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** Told how the following of runs goes, for metrics; must not throw. */
  readonly observe?: RunObserver;
  /** Called by name around every write, for tests that end the process there. @default nothing */
  readonly failpoint?: (name: string) => void;
  readonly log?: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

export interface RunObserver {
  /** A Workflow was looked at and what followed from it was done, or failed. */
  step(seconds: number, outcome: 'done' | 'failed'): void;
  /** So long after a task was to be decided its answer was with Argo; Argo's times are whole seconds. */
  answered(seconds: number): void;
}

/**
 * Makes runs and follows them: plan, compile, submit; then ingest, decide, answer for every change of their Workflows. Level-triggered:
 * it can be killed anywhere and goes on from rows and objects. Errors are PipelineError.
 */
export interface RunController {
  /**
   * Replaces macros in parameters, validates them, plans, stores the run and its tasks, creates the Workflow. Nothing is stored when it
   * throws. ALREADY_EXISTS when there is a run of the given id.
   */
  submit(submission: RunSubmission): Promise<Run>;
  /** The same checks and the plan, without storing anything. */
  preview(submission: RunSubmission): Promise<SubmissionPreview>;
  /** Ends a run that is pending, running or paused: CANCELING, then CANCELED. FAILED_PRECONDITION in another state. */
  terminate(runId: string): Promise<void>;
  /**
   * Takes up a run that failed or was terminated: what succeeded stays, the rest is done again. FAILED_PRECONDITION in another state, ABORTED when
   * what it would go on from is gone.
   */
  retry(runId: string): Promise<void>;
  /** Ends what runs and removes rows, Workflow, logs and artifacts nobody else refers to. */
  delete(runId: string): Promise<void>;
  /** Submits what was stored but not submitted, then watches. With shards that happens for each when it is taken. */
  start(): Promise<void>;
  /** Stops watching; what is in progress ends first, and shards are given up. */
  close(): Promise<void>;
  /** Workflows that wait for a step or are in one. */
  readonly backlog: number;
  /** How long the Workflow that waits longest for a step has waited; 0 when none does. */
  readonly waitingForMs: number;
}

import type { ScheduleTrigger } from '@millrace/scheduling';

/** What the database holds, as the rest of Millrace sees it. Times are milliseconds-exact Dates; ids are UUIDs; JSON is plain data. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type StorageState = 'AVAILABLE' | 'ARCHIVED';
/** KFP's RuntimeState. A terminated run ends as CANCELED here; the KFP API shows FAILED, which its SDK waits for. */
export type RunState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'SKIPPED' | 'FAILED' | 'CANCELING' | 'CANCELED' | 'PAUSED';
export type TaskState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CACHED' | 'SKIPPED' | 'CANCELED';

export interface Experiment {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly description: string;
  readonly storageState: StorageState;
  readonly createdAt: Date;
  readonly lastRunCreatedAt?: Date;
}

export interface Pipeline {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

export interface PipelineVersion {
  readonly id: string;
  readonly pipelineId: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly codeSourceUrl?: string;
  readonly packageUrl?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** The document of a version or an inline run: what was submitted, as JSON. */
export interface PipelineDocument {
  readonly pipelineSpec: Json;
  readonly platformSpec?: Json;
}

export interface StateChange {
  readonly state: RunState;
  readonly at: Date;
  readonly error?: string;
}

/** How many tasks are in each state: what the strip draws without reading the tasks. Containers only, no DAGs. */
export type TaskCounts = Readonly<Partial<Record<TaskState, number>>>;

export interface Run {
  readonly id: string;
  readonly namespace: string;
  readonly experimentId: string;
  readonly displayName: string;
  readonly description: string;
  readonly storageState: StorageState;
  readonly serviceAccount: string;
  /** Both set when the run was made from a stored version; else the document is the run's own. */
  readonly pipelineId?: string;
  readonly pipelineVersionId?: string;
  /** `pipelineInfo.name`: the scope of the cache. */
  readonly pipelineName: string;
  readonly recurringRunId?: string;
  /** As given at creation; what was defaulted is not in it. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** As given at creation. */
  readonly pipelineRoot?: string;
  readonly artifactRoot: string;
  /** Name of the Workflow object; set from the start. */
  readonly workflowName: string;
  /** False until the Workflow is known to exist in the store; the sweeper submits these. */
  readonly submitted: boolean;
  readonly state: RunState;
  readonly stateHistory: readonly StateChange[];
  /** One sentence for a person, when it failed. */
  readonly error?: string;
  readonly taskCounts: TaskCounts;
  readonly createdAt: Date;
  readonly scheduledAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

/** What runs again and again. What it is to do stands in its ScheduledWorkflow as well, which is the one that counts; its controller keeps them alike. */
export interface RecurringRun {
  readonly id: string;
  readonly namespace: string;
  readonly experimentId: string;
  readonly displayName: string;
  readonly description: string;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly trigger: ScheduleTrigger;
  readonly noCatchup: boolean;
  readonly maxConcurrency: number;
  /** Absent when the document is its own. Without a version: the latest at the time of each run. */
  readonly pipelineId?: string;
  readonly pipelineVersionId?: string;
  /** `pipelineInfo.name` at creation. */
  readonly pipelineName: string;
  readonly serviceAccount: string;
  /** As given, macros included. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly pipelineRoot?: string;
  /** Name of the ScheduledWorkflow. */
  readonly scheduleName: string;
  /** False until the ScheduledWorkflow is known to exist in the store; the sweeper creates these. */
  readonly submitted: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The time of the last slot that was dealt with. */
  readonly lastRunAt?: Date;
  readonly nextRunAt?: Date;
  /** Of the last run; 0 before the first. */
  readonly lastIndex: number;
  /** Why its last slot has no run, or why it can have none: for a person. */
  readonly error?: string;
}

/** What is written of a recurring run; absent fields stay as they are, null removes. `at` is its new `updatedAt`, when somebody asked for the change. */
export type RecurringRunUpdate = Partial<Pick<RecurringRun, 'status' | 'trigger' | 'noCatchup' | 'maxConcurrency' | 'submitted' | 'lastRunAt' | 'lastIndex'>> & {
  readonly nextRunAt?: Date | null;
  readonly error?: string | null;
  readonly at?: Date;
};

/** The large things of a run; never read by lists. */
export interface RunDocuments {
  readonly document: PipelineDocument;
  /** The Workflow as it is to be created. */
  readonly workflow: Json;
}

export interface TaskAttempt {
  /** Node id of the attempt's pod: the address of its log. */
  readonly nodeId: string;
  readonly index: number;
  readonly state: TaskState;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly exitCode?: number;
  readonly message?: string;
}

/** One execution of a run: a container task or a DAG, at one scope path. */
export interface Task {
  readonly id: string;
  readonly runId: string;
  /** `root/train`; unique within the run. */
  readonly path: string;
  readonly parentPath: string;
  readonly taskKey: string;
  readonly displayName: string;
  readonly kind: 'container' | 'dag';
  /** Position in the plan: parents before members, dependencies before dependents. */
  readonly position: number;
  readonly dependsOn: readonly string[];
  readonly state: TaskState;
  /** Why it failed, was skipped, or what it waits for: one sentence. */
  readonly message?: string;
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly outputs?: Readonly<Record<string, Json>>;
  readonly fingerprint?: string;
  /** The task whose outputs were reused. */
  readonly cachedFrom?: { readonly runId: string; readonly taskId: string };
  /** What was decided and is needed to read the task's outputs later (task root, files, promised artifacts). */
  readonly execution?: Json;
  readonly attempts: readonly TaskAttempt[];
  readonly createdAt: Date;
  /** Dependencies were met. */
  readonly queuedAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

/** What lists of tasks show. */
export type TaskSummary = Omit<Task, 'inputs' | 'execution'>;

export interface Artifact {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly uri: string;
  readonly schemaTitle: string;
  readonly schemaVersion: string;
  readonly metadata: Readonly<Record<string, Json>>;
  readonly customPath?: string;
  readonly pipelineName: string;
  readonly runId?: string;
  readonly taskId?: string;
  readonly createdAt: Date;
}

/** An artifact as a task's input or output; `index` orders a list. */
export interface TaskArtifact {
  readonly runId: string;
  readonly taskId: string;
  readonly direction: 'INPUT' | 'OUTPUT';
  readonly name: string;
  readonly index: number;
  readonly artifact: Artifact;
}

export interface Metric {
  readonly runId: string;
  readonly taskId: string;
  readonly name: string;
  readonly value: number;
}

/** What is written when a task's state changes; absent fields stay as they are, an empty `message` removes the one there is. */
export type TaskUpdate = { readonly path: string } & Partial<
  Pick<Task, 'state' | 'message' | 'inputs' | 'outputs' | 'fingerprint' | 'cachedFrom' | 'execution' | 'attempts' | 'queuedAt' | 'startedAt' | 'finishedAt'>
>;

/** A task that is to be done again. */
export interface TaskReset {
  readonly path: string;
  readonly id: string;
  /** `inputs`: what was planned for it stays, and what it left goes. `all`: its outputs stay too. */
  readonly keeps: 'nothing' | 'inputs' | 'all';
  /** What its outputs are from now on; with `all` alone. @default those it has */
  readonly outputs?: Readonly<Record<string, Json>>;
  readonly attempts: readonly TaskAttempt[];
}

/** What is written when a run that is over is taken up again. */
export interface RunReopening {
  readonly from: readonly RunState[];
  readonly at: Date;
  readonly taskCounts: TaskCounts;
  readonly resets: readonly TaskReset[];
  /** DAGs that go on with what is done of them. */
  readonly reopened: readonly string[];
  /** Ids of tasks that came into being on the way and will again, or not. */
  readonly removed: readonly string[];
}

/** What is written when a run changes; absent fields stay as they are. A new `state` is appended to the history. */
export type RunUpdate = Partial<Pick<Run, 'state' | 'error' | 'submitted' | 'startedAt' | 'finishedAt' | 'taskCounts'>>;

/** All that one ingest of a Workflow writes, in one transaction. */
export interface RunProgress {
  readonly runId: string;
  readonly run?: RunUpdate;
  /** `at` of the state history entry, when `run.state` is given. */
  readonly at: Date;
  readonly newTasks?: readonly Task[];
  readonly tasks?: readonly TaskUpdate[];
  readonly newArtifacts?: readonly Artifact[];
  readonly links?: readonly { readonly taskId: string; readonly direction: TaskArtifact['direction']; readonly name: string; readonly index: number; readonly artifactId: string }[];
  readonly metrics?: readonly Omit<Metric, 'runId'>[];
  /** Tasks whose fingerprint may serve later runs from now on. */
  readonly cacheEntries?: readonly { readonly taskId: string; readonly fingerprint: string }[];
}

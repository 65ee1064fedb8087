import type { ChangeFeed } from './change-feed.js';
import type { ListQuery, Page } from './list-query.js';
import type {
  Artifact,
  Experiment,
  Metric,
  Pipeline,
  PipelineDocument,
  PipelineVersion,
  RecurringRun,
  RecurringRunUpdate,
  Run,
  RunDocuments,
  RunProgress,
  RunReopening,
  RunState,
  StorageState,
  Task,
  TaskArtifact,
  TaskSummary,
} from './model.js';

/**
 * Everything that is stored, one repository per aggregate. Errors are PipelineError: NOT_FOUND, ALREADY_EXISTS (with KFP's wording),
 * INVALID_ARGUMENT (bad token, unknown filter or sort field, name too long), UNAVAILABLE (the database is away). Every method is one transaction.
 * `get` throws NOT_FOUND; `find` returns undefined.
 */
export interface Database {
  readonly experiments: ExperimentRepository;
  readonly pipelines: PipelineRepository;
  readonly runs: RunRepository;
  readonly recurringRuns: RecurringRunRepository;
  readonly tasks: TaskRepository;
  readonly artifacts: ArtifactRepository;
  readonly cache: CacheRepository;
  readonly changes: ChangeFeed;
  /** UNAVAILABLE when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ExperimentRepository {
  create(experiment: Experiment): Promise<Experiment>;
  get(id: string): Promise<Experiment>;
  findByName(namespace: string, name: string): Promise<Experiment | undefined>;
  list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Experiment>>;
  /** ARCHIVED archives all its runs too; AVAILABLE restores the experiment alone (KFP). */
  setStorageState(id: string, state: StorageState): Promise<void>;
  /** Its runs stay. */
  delete(id: string): Promise<void>;
}

export interface PipelineRepository {
  /** Stores a pipeline with its first version, or neither. */
  createWithVersion(pipeline: Pipeline, version: PipelineVersion, document: PipelineDocument): Promise<void>;
  create(pipeline: Pipeline): Promise<void>;
  get(id: string): Promise<Pipeline>;
  findByName(namespace: string, name: string): Promise<Pipeline | undefined>;
  list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Pipeline>>;
  update(id: string, change: { readonly displayName?: string; readonly tags?: Readonly<Record<string, string>> }): Promise<Pipeline>;
  /** FAILED_PRECONDITION when it has versions and `cascade` is not set. */
  delete(id: string, options: { readonly cascade: boolean }): Promise<void>;

  createVersion(version: PipelineVersion, document: PipelineDocument): Promise<void>;
  getVersion(id: string): Promise<PipelineVersion>;
  /** Newest first; on equal times the larger id. */
  latestVersion(pipelineId: string): Promise<PipelineVersion | undefined>;
  getDocument(versionId: string): Promise<PipelineDocument>;
  /** Documents by version id in one query, for lists that show specs; missing ids are left out. */
  getDocuments(versionIds: readonly string[]): Promise<ReadonlyMap<string, PipelineDocument>>;
  listVersions(pipelineId: string, query: ListQuery): Promise<Page<PipelineVersion>>;
  updateVersion(id: string, change: { readonly displayName?: string; readonly tags?: Readonly<Record<string, string>> }): Promise<PipelineVersion>;
  deleteVersion(id: string): Promise<void>;
  /** Names for rows that show them, in one query each; missing ids are left out. */
  names(ids: { readonly pipelines: readonly string[]; readonly versions: readonly string[] }): Promise<{
    readonly pipelines: ReadonlyMap<string, string>;
    readonly versions: ReadonlyMap<string, string>;
  }>;
}

export interface RunRepository {
  /** Stores the run, its documents and its planned tasks with links of cached outputs, or nothing. ABORTED when an artifact it links is gone: plan again. */
  create(run: Run, documents: RunDocuments, progress: Omit<RunProgress, 'runId' | 'at' | 'run'>): Promise<void>;
  get(id: string): Promise<Run>;
  find(id: string): Promise<Run | undefined>;
  /** The pipeline as it was submitted, without the Workflow made of it. */
  getDocument(id: string): Promise<PipelineDocument>;
  getDocuments(id: string): Promise<RunDocuments>;
  list(query: ListQuery & { readonly namespace?: string; readonly experimentId?: string }): Promise<Page<Run>>;
  /** Runs that are not in a final state, oldest first: what a controller resumes. */
  listUnfinished(): Promise<readonly Run[]>;
  /** The same of one recurring run; the cost does not grow with those that have finished. */
  listUnfinishedOf(recurringRunId: string): Promise<readonly Run[]>;
  /** The newest runs of a recurring run, newest first. */
  listLatestOf(recurringRunId: string, limit: number): Promise<readonly Run[]>;
  /**
   * Applies what one ingest found. Idempotent: the same progress twice leaves the same rows. A finished run's state is never changed back, and
   * CANCELING gives way to final states only; a state that is refused leaves out its error and end, and the rest is written.
   * NOT_FOUND for an unknown run or task path, with nothing written.
   */
  record(progress: RunProgress): Promise<void>;
  /**
   * Moves the state only when it is one of `from`; false when it was not. To a final state sets the end where there is none; from a
   * final state back to work clears end and error.
   */
  transition(id: string, change: { readonly from: readonly RunState[]; readonly to: RunState; readonly at: Date; readonly error?: string; readonly appendHistory: boolean }): Promise<boolean>;
  /**
   * Takes up a run that is over: RUNNING, not submitted, without end and error; the given tasks PENDING again, without what they left. All or
   * nothing; false, with nothing written, when the state is not one of `from`.
   */
  reopen(id: string, reopening: RunReopening): Promise<boolean>;
  setStorageState(id: string, state: StorageState): Promise<void>;
  /**
   * With tasks, links, metrics and cache entries; artifacts that other runs use stay. Returns the URIs of artifacts nobody refers to any more:
   * also those of imported files, so delete only what lies under a root of ours.
   */
  delete(id: string): Promise<readonly string[]>;
}

export interface RecurringRunRepository {
  /** With its document when it has one of its own, or nothing. */
  create(recurringRun: RecurringRun, document?: PipelineDocument): Promise<void>;
  get(id: string): Promise<RecurringRun>;
  find(id: string): Promise<RecurringRun | undefined>;
  /** The document it was made with; undefined when it names a pipeline. */
  getDocument(id: string): Promise<PipelineDocument | undefined>;
  list(query: ListQuery & { readonly namespace?: string; readonly experimentId?: string }): Promise<Page<RecurringRun>>;
  /** Names by id, in one query; missing ids are left out. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those without a ScheduledWorkflow yet, oldest first. */
  listUnsubmitted(): Promise<readonly RecurringRun[]>;
  /** False when there is none of that id. */
  update(id: string, change: RecurringRunUpdate): Promise<boolean>;
  /** Its runs stay. */
  delete(id: string): Promise<void>;
}

export interface TaskRepository {
  /** By position. */
  list(runId: string): Promise<readonly Task[]>;
  /** The same without what only a task's own page shows, which is most of it. */
  listSummaries(runId: string): Promise<readonly TaskSummary[]>;
  listByPaths(runId: string, paths: readonly string[]): Promise<readonly Task[]>;
  get(id: string): Promise<Task>;
}

export interface ArtifactRepository {
  get(id: string): Promise<Artifact>;
  getMany(ids: readonly string[]): Promise<readonly Artifact[]>;
  list(query: ListQuery & { readonly namespace?: string }): Promise<Page<Artifact>>;
  /** Every input and output of a run, or of some of its tasks, by task position, name and index. */
  listLinks(runId: string, taskIds?: readonly string[]): Promise<readonly TaskArtifact[]>;
  listMetrics(runIds: readonly string[], taskIds?: readonly string[]): Promise<readonly Metric[]>;
  /** Tasks that took the artifact as an input, newest first. */
  listConsumers(artifactId: string, limit: number): Promise<readonly { readonly runId: string; readonly taskId: string; readonly name: string }[]>;
  /** Ids of those whose run there is, or below one of whose addresses there is an artifact of any run. */
  claimed(folders: readonly RunFolder[]): Promise<ReadonlySet<string>>;
}

/** What a run may have left: a folder named after it, by all addresses under which it can be known. */
export interface RunFolder {
  readonly runId: string;
  readonly uris: readonly string[];
}

export interface CacheRepository {
  /** Newest entry by fingerprint within (namespace, pipeline name); one query. */
  lookup(scope: { readonly namespace: string; readonly pipelineName: string }, fingerprints: readonly string[]): Promise<
    ReadonlyMap<string, { readonly runId: string; readonly taskId: string; readonly outputs: Task['outputs']; readonly artifacts: readonly TaskArtifact[] }>
  >;
  /** Forgets entries of these tasks: their artifacts are gone. */
  forget(taskIds: readonly string[]): Promise<void>;
}

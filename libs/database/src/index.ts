/**
 * What Millrace stores, on SQLite and MySQL.
 *
 * @packageDocumentation
 */
export type { Change, ChangeFeed } from './change-feed.js';
export type { ArtifactRepository, CacheRepository, Database, ExperimentRepository, PipelineRepository, RecurringRunRepository, RunFolder, RunRepository, TaskRepository } from './database.js';
export type { ListQuery, Page, Predicate } from './list-query.js';
export type {
  Artifact,
  Experiment,
  Json,
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
  RunUpdate,
  StateChange,
  StorageState,
  Task,
  TaskArtifact,
  TaskAttempt,
  TaskCounts,
  TaskState,
  TaskSummary,
  TaskReset,
  TaskUpdate,
} from './model.js';
export { inspectDatabase, type DatabaseFacts } from './inspect-database.js';
export { openDatabase, type DatabaseOptions } from './open-database.js';
export { rowsOf } from './rows-of.js';
export { relocateDatabase } from './relocate-database.js';

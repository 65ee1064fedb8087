/**
 * Ingest, decide, answer: a run becomes a Workflow, the Workflow becomes rows, its gates get answers.
 *
 * @packageDocumentation
 */
export type { RetriedAttempts, RunController, RunControllerOptions, RunObserver, RunSubmission, SubmissionPreview } from './run-controller.js';
export type { AttemptPods } from './attempt-pods.js';
export type { ContainerNeeds } from './refuse-unrunnable.js';
export type { VolumeClaims } from './volume-claims.js';
export { createRunController } from './create-run-controller.js';
export { nameBasedId } from './name-based-id.js';
export { newRun } from './new-run.js';
export { readDocument, resolvePipeline, resolveVersion, type ResolvedPipeline } from './resolve-pipeline.js';
export { executionAsRun } from './task-rows.js';
export { LABEL_OF_SCHEDULE, LABEL_SCHEDULE_NAME, LABEL_SCHEDULE_SHARD } from './schedule-labels.js';
export { findUnclaimedFolders, isRunFolderName, type UnclaimedFolder, type UnclaimedOptions } from './unclaimed-folders.js';
export { isMetricName } from './v1/read-run-metrics.js';

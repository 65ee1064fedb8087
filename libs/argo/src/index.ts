/**
 * Argo Workflow objects: types generated from Argo's OpenAPI, and facts about nodes.
 * Argo's next version is tried by changing this library alone.
 *
 * @packageDocumentation
 */
export type * from './workflow.js';
export { isWordOfDepends } from './depends-words.js';
export { ANNOTATION_RETRY, isKeptAttemptId, keptAttemptId, LABEL_RUN_ID, LABEL_PERSISTED, isNodeCompleted, isWorkflowCompleted, type NodePhase } from './phases.js';

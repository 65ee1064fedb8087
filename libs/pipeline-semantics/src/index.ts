/**
 * What the IR means. The only copy: the planner at submission and the run controller call the same functions. Pure: ids and times
 * are arguments.
 *
 * @packageDocumentation
 */
export type { Layout } from './layout.js';
export type { RunFacts, RunView, RuntimeArtifact, ScopePath, TaskFacts, TaskState, TaskValues } from './run-view.js';
export type { CacheHit, Decision, ExecutionPlan } from './decision.js';
export type { CachePolicy, CollectedArtifact, CollectedOutputs, Plan, PlannedTask, PlanSteps } from './plan.js';

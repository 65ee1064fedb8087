/**
 * Recurring runs: a ScheduledWorkflow becomes runs, one for each of its times.
 *
 * @packageDocumentation
 */
export type { ScheduleController, ScheduleControllerOptions } from './schedule-controller.js';
export { createScheduleController } from './create-schedule-controller.js';
export { runNameOf, scheduledRunId } from './scheduled-run.js';

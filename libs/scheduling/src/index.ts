/**
 * When a schedule is due: cron and interval, catch-up, concurrency. Pure; time is an argument.
 *
 * @packageDocumentation
 */
export type {
  CronSchedule,
  PeriodicSchedule,
  ScheduledParameter,
  ScheduledRunStatus,
  ScheduledWorkflow,
  ScheduledWorkflowCondition,
  ScheduledWorkflowSpec,
  ScheduledWorkflowStatus,
  ScheduleTrigger,
} from './scheduled-workflow.js';
export { LABEL_RECURRING_RUN_ID, SCHEDULED_WORKFLOW_API_VERSION } from './scheduled-workflow.js';
export { isTimeZone, parseCron, type CronEvery, type CronExpression, type CronFields } from './parse-cron.js';
export { cronTimes, type CronTimes } from './cron-times.js';
export { nextSlot, upcomingSlots, type SlotQuery } from './due-slot.js';
export { checkTrigger } from './check-trigger.js';
export { concurrencyOf, historyOf, nextStep, type ScheduleFacts, type ScheduleStep } from './next-step.js';
export { expandMacros, expandMacrosIn, type MacroValues } from './parameter-macros.js';

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

import type { Run } from '@millrace/database';
import {
  historyOf,
  type ScheduledRunStatus,
  type ScheduledWorkflowCondition,
  type ScheduledWorkflowSpec,
  type ScheduledWorkflowStatus,
} from '@millrace/scheduling';
import { indexOfRunName } from './scheduled-run.js';

/** What the status of a schedule is made of. */
export interface ScheduleFactsToTell {
  readonly spec: ScheduledWorkflowSpec;
  readonly lastSlot?: number;
  readonly lastIndex: number;
  readonly nextSlot?: number;
  /** Why the last slot has no run, or why none can come. */
  readonly error?: string;
  readonly active: readonly Run[];
  readonly finished: readonly Run[];
}

/** Status as KFP lays it out; its error is a condition of its own beside the state. */
export function scheduleStatus({ spec, lastSlot, lastIndex, nextSlot, error, active, finished }: ScheduleFactsToTell): ScheduledWorkflowStatus {
  const state = stateOf(spec, { ran: lastSlot !== undefined, active: active.length });
  return {
    conditions: [state, ...(error === undefined ? [] : [{ type: 'Error', status: 'True', reason: 'NoRun', message: error } as const])],
    trigger: {
      ...(lastSlot !== undefined && { lastTriggeredTime: rfc3339(lastSlot) }),
      ...(nextSlot !== undefined && { nextTriggeredTime: rfc3339(nextSlot) }),
      lastWorkflowIndex: lastIndex,
    },
    workflowHistory: { active: active.map(runStatus), completed: finished.slice(0, historyOf(spec)).map(runStatus) },
  };
}

/** What a status says was the error; undefined when there is none. */
export function errorOf(status: ScheduledWorkflowStatus | undefined): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Error')?.message;
}

function stateOf({ trigger = {}, enabled = false }: ScheduledWorkflowSpec, { ran, active }: { readonly ran: boolean; readonly active: number }): ScheduledWorkflowCondition {
  const condition = (type: ScheduledWorkflowCondition['type'], message: string): ScheduledWorkflowCondition => ({ type, status: 'True', reason: type, message });
  if (trigger.cronSchedule === undefined && trigger.periodicSchedule === undefined && (ran || enabled)) {
    return ran && active === 0 ? condition('Succeeded', 'The one run of this schedule has ended.') : condition('Running', 'The one run of this schedule is in progress.');
  }
  return enabled ? condition('Enabled', 'The schedule is enabled.') : condition('Disabled', 'The schedule is disabled.');
}

function runStatus(run: Run): ScheduledRunStatus {
  const index = indexOfRunName(run.displayName);
  return {
    name: run.workflowName,
    namespace: run.namespace,
    uid: run.id,
    phase: run.state,
    createdAt: rfc3339(run.createdAt.getTime()),
    ...(run.startedAt && { startedAt: rfc3339(run.startedAt.getTime()) }),
    ...(run.finishedAt && { finishedAt: rfc3339(run.finishedAt.getTime()) }),
    scheduledAt: rfc3339(run.scheduledAt.getTime()),
    ...(index !== undefined && { index }),
  };
}

/** To the second, as every time in a ScheduledWorkflow. */
export function rfc3339(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

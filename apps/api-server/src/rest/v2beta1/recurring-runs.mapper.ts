import type { v2beta1 } from '@millrace/api-contract';
import type { Page, RecurringRun } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { ScheduleController } from '@millrace/schedule-controller';
import type { ScheduleTrigger } from '@millrace/scheduling';
import type { RecurringRunRequest } from '../../recurring-runs/recurring-run-request.js';
import type { RecurringRunWithDocument } from '../../recurring-runs/recurring-runs.service.js';
import { toWireSpec } from './pipelines.mapper.js';
import { map, message, time } from './proto-json.js';
import { fromWire as runFromWire } from './runs.mapper.js';

/** A recurring run as lists show it: without the spec of one that names no pipeline. */
export function toWireSummary(run: RecurringRun): v2beta1.WireRecurringRun {
  const config = message({ parameters: map(run.parameters), pipeline_root: run.pipelineRoot });
  return message({
    recurring_run_id: run.id,
    display_name: run.displayName,
    description: run.description,
    pipeline_version_reference: run.pipelineId ? message({ pipeline_id: run.pipelineId, pipeline_version_id: run.pipelineVersionId }) : undefined,
    runtime_config: map(config),
    service_account: run.serviceAccount,
    max_concurrency: String(run.maxConcurrency),
    trigger: toWireTrigger(run.trigger),
    mode: run.status === 'ENABLED' ? 'ENABLE' : 'DISABLE',
    status: run.status,
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    no_catchup: run.noCatchup,
    namespace: run.namespace,
    experiment_id: run.experimentId,
    error: run.error === undefined ? undefined : { code: 9, message: run.error },
  });
}

export function toWire({ recurringRun, document }: RecurringRunWithDocument): v2beta1.WireRecurringRun {
  return message({ ...toWireSummary(recurringRun), pipeline_spec: document && toWireSpec(document) });
}

export function toWirePage(page: Page<RecurringRun>) {
  return message({ recurringRuns: page.items.map(toWireSummary), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** What a client asks for. Whatever is not said to be enabled is not, as in KFP. */
export function fromWire(wire: v2beta1.WireRecurringRun): RecurringRunRequest {
  const { display_name, description, experiment_id, service_account, pipeline_spec, pipeline_version_reference, pipeline_version_id, runtime_config, plugins_input } = wire;
  return {
    ...runFromWire({ display_name, description, experiment_id, service_account, pipeline_spec, pipeline_version_reference, pipeline_version_id, runtime_config, plugins_input }),
    status: wire.mode === 'ENABLE' ? 'ENABLED' : 'DISABLED',
    trigger: fromWireTrigger(wire.trigger),
    noCatchup: wire.no_catchup ?? false,
    maxConcurrency: Number(wire.max_concurrency ?? 0),
  };
}

/** Kubernetes' words for what becomes of what an object has made. As there, it goes too unless said otherwise. */
export function fromWirePolicy(policy: keyof typeof POLICIES = 'DELETE_PROPAGATION_POLICY_UNSPECIFIED'): Parameters<ScheduleController['delete']>[1] {
  return POLICIES[policy];
}

const POLICIES = { DELETE_PROPAGATION_POLICY_UNSPECIFIED: 'end-after', BACKGROUND: 'end-after', FOREGROUND: 'end-first', ORPHAN: 'leave' } as const;

export function toWireTrigger({ cronSchedule, periodicSchedule }: ScheduleTrigger): v2beta1.WireRecurringRun['trigger'] {
  if (cronSchedule) return { cron_schedule: message({ start_time: cronSchedule.startTime, end_time: cronSchedule.endTime, cron: cronSchedule.cron }) };
  if (periodicSchedule === undefined) return undefined;
  const { startTime, endTime, intervalSecond = 0 } = periodicSchedule;
  return { periodic_schedule: message({ start_time: startTime, end_time: endTime, interval_second: String(intervalSecond) }) };
}

export function fromWireTrigger({ cron_schedule: cron, periodic_schedule: periodic }: NonNullable<v2beta1.WireRecurringRun['trigger']> = {}): ScheduleTrigger {
  if (cron && periodic) {
    throw new PipelineError('INVALID_ARGUMENT', 'A trigger has a cron_schedule or a periodic_schedule, not both; leave one out.', { details: { path: 'trigger' } });
  }
  if (cron) return { cronSchedule: { ...span(cron), cron: cron.cron ?? '' } };
  return periodic ? { periodicSchedule: { ...span(periodic), intervalSecond: Number(periodic.interval_second ?? 0) } } : {};
}

/** To the second in UTC, as a ScheduledWorkflow has it. KFP's clients send the epoch for a time that is not set. */
function span({ start_time, end_time }: { readonly start_time?: string; readonly end_time?: string }): { startTime?: string; endTime?: string } {
  const set = (text: string | undefined): string | undefined => (text === undefined || Date.parse(text) === 0 ? undefined : time(new Date(text)));
  const [startTime, endTime] = [set(start_time), set(end_time)];
  return { ...(startTime && { startTime }), ...(endTime && { endTime }) };
}

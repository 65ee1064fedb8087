import type { RecurringRunDetail, RecurringRunList, RecurringRunSummary, ScheduleTriggerView } from '@millrace/api-contract';
import type { Page } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import { parseCron, type ScheduleTrigger } from '@millrace/scheduling';
import type { NamedRecurringRun, RecurringRunPage } from '../../recurring-runs/recurring-run-views.service.js';
import { named, time } from './runs.mapper.js';

export function toRecurringRunSummary({ recurringRun, experimentName, pipelineName, versionName, latestRuns }: NamedRecurringRun, timeZone: string): RecurringRunSummary {
  return {
    id: recurringRun.id,
    name: recurringRun.displayName,
    description: recurringRun.description,
    enabled: recurringRun.status === 'ENABLED',
    trigger: toTrigger(recurringRun.trigger, timeZone),
    no_catchup: recurringRun.noCatchup,
    max_concurrency: recurringRun.maxConcurrency,
    error: recurringRun.error,
    experiment: { id: recurringRun.experimentId, name: experimentName ?? '' },
    pipeline: named(recurringRun.pipelineId, pipelineName),
    version: named(recurringRun.pipelineVersionId, versionName),
    pipeline_name: recurringRun.pipelineName,
    created_at: recurringRun.createdAt.toISOString(),
    updated_at: recurringRun.updatedAt.toISOString(),
    last_run_at: time(recurringRun.lastRunAt),
    next_run_at: time(recurringRun.nextRunAt),
    latest_runs: latestRuns.map(({ id, displayName, state }) => ({ id, name: displayName, state })),
  };
}

export function toRecurringRunList(page: Page<NamedRecurringRun>, timeZone: string): RecurringRunList {
  return { recurring_runs: page.items.map((item) => toRecurringRunSummary(item, timeZone)), total_size: page.totalSize, next_page_token: page.nextPageToken };
}

export function toRecurringRunDetail(page: RecurringRunPage, timeZone: string): RecurringRunDetail {
  return {
    recurring_run: toRecurringRunSummary(page, timeZone),
    parameters: page.parameters as RecurringRunDetail['parameters'],
    pipeline_root: page.recurringRun.pipelineRoot,
    service_account: page.recurringRun.serviceAccount,
    pipeline_spec: page.document?.pipelineSpec as RecurringRunDetail['pipeline_spec'],
    next_times: page.nextTimes.map((next) => next.toISOString()),
  };
}

function toTrigger({ cronSchedule, periodicSchedule }: ScheduleTrigger, timeZone: string): ScheduleTriggerView {
  if (cronSchedule) {
    const { cron = '', startTime, endTime } = cronSchedule;
    return { kind: 'cron', cron, time_zone: zoneOf(cron) ?? timeZone, start_at: startTime, end_at: endTime };
  }
  if (periodicSchedule) return { kind: 'interval', seconds: periodicSchedule.intervalSecond ?? 1, start_at: periodicSchedule.startTime, end_at: periodicSchedule.endTime };
  return { kind: 'once' };
}

/** What somebody wrote past the API may not be readable; the recurring run says so itself. */
function zoneOf(cron: string): string | undefined {
  try {
    const expression = parseCron(cron);
    return expression.kind === 'fields' ? expression.timeZone : undefined;
  } catch (error) {
    if (isPipelineError(error)) return undefined;
    throw error;
  }
}

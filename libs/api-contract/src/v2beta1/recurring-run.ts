import { z } from 'zod';
import { bool, int64, query, struct, text, timestamp } from '../wire.js';
import { listFields, pageFields } from './list.js';
import { enumeration, message } from './registry.js';
import { pipelineVersionReference, runtimeConfig } from './run.js';
import { status } from './status.js';

export const recurringRunMode = enumeration('RecurringRun.Mode', { MODE_UNSPECIFIED: 0, ENABLE: 1, DISABLE: 2 });
export const recurringRunStatus = enumeration('RecurringRunStatus', { STATUS_UNSPECIFIED: 0, ENABLED: 1, DISABLED: 3 });
export const deletePropagationPolicy = enumeration('DeletePropagationPolicy', { DELETE_PROPAGATION_POLICY_UNSPECIFIED: 0, FOREGROUND: 1, BACKGROUND: 2, ORPHAN: 3 });

export const cronSchedule = message('CronSchedule', { start_time: timestamp, end_time: timestamp, cron: text });
export const periodicSchedule = message('PeriodicSchedule', { start_time: timestamp, end_time: timestamp, interval_second: int64 });
export const trigger = message('Trigger', { cron_schedule: cronSchedule, periodic_schedule: periodicSchedule });

export const recurringRun = message('RecurringRun', {
  recurring_run_id: text,
  display_name: text,
  description: text,
  pipeline_version_id: text,
  pipeline_spec: struct,
  pipeline_version_reference: pipelineVersionReference,
  runtime_config: runtimeConfig,
  service_account: text,
  max_concurrency: int64,
  trigger,
  mode: recurringRunMode,
  created_at: timestamp,
  updated_at: timestamp,
  status: recurringRunStatus,
  error: status,
  no_catchup: bool,
  namespace: text,
  experiment_id: text,
  plugins_input: z.record(z.string(), struct),
});

export const listRecurringRunsQuery = query({ ...listFields, namespace: text, experiment_id: text });
/** `recurringRuns` is its name in upstream's proto: the one field that is not snake_case. */
export const listRecurringRunsResponse = message('ListRecurringRunsResponse', { recurringRuns: z.array(recurringRun), ...pageFields });
export const deleteRecurringRunQuery = query({ propagation_policy: deletePropagationPolicy });

export type WireRecurringRun = z.infer<typeof recurringRun>;

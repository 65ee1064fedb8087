import { z } from 'zod';
import { bool, int64, query, text, timestamp } from '../wire.js';
import { listFields, pageFields } from '../v2beta1/list.js';
import { enumeration, message } from './registry.js';
import { referenceFields, resourceReference } from './resource-reference.js';
import { pipelineSpec } from './run.js';

export const jobMode = enumeration('JobMode', { UNKNOWN_MODE: 0, ENABLED: 1, DISABLED: 2 });
export const cronSchedule = message('CronSchedule', { start_time: timestamp, end_time: timestamp, cron: text });
export const periodicSchedule = message('PeriodicSchedule', { start_time: timestamp, end_time: timestamp, interval_second: int64 });
export const trigger = message('Trigger', { cron_schedule: cronSchedule, periodic_schedule: periodicSchedule });

/** v1's word for a recurring run. */
export const job = message('Job', {
  id: text,
  name: text,
  description: text,
  pipeline_spec: pipelineSpec,
  resource_references: z.array(resourceReference),
  service_account: text,
  max_concurrency: int64,
  trigger,
  mode: jobMode,
  created_at: timestamp,
  updated_at: timestamp,
  status: text,
  error: text,
  enabled: bool,
  no_catchup: bool,
});

export const listJobsQuery = query({ ...listFields, ...referenceFields });
export const listJobsResponse = message('ListJobsResponse', { jobs: z.array(job), ...pageFields });

export type WireJob = z.infer<typeof job>;
export type ListJobsResponse = z.infer<typeof listJobsResponse>;

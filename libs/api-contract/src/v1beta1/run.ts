import { z } from 'zod';
import { query, text, timestamp, valueMap } from '../wire.js';
import { listFields, pageFields } from '../v2beta1/list.js';
import { parameter } from './pipeline.js';
import { enumeration, message } from './registry.js';
import { referenceFields, resourceReference } from './resource-reference.js';

export const runtimeConfig = message('PipelineSpecRuntimeConfig', { parameters: valueMap, pipeline_root: text });
export const pipelineSpec = message('PipelineSpec', {
  pipeline_id: text,
  pipeline_name: text,
  workflow_manifest: text,
  pipeline_manifest: text,
  parameters: z.array(parameter),
  runtime_config: runtimeConfig,
});

export const runStorageState = enumeration('RunStorageState', { STORAGESTATE_AVAILABLE: 0, STORAGESTATE_ARCHIVED: 1 });
export const metricFormat = enumeration('RunMetricFormat', { UNSPECIFIED: 0, RAW: 1, PERCENTAGE: 2 });
export const runMetric = message('RunMetric', { name: text, node_id: text, number_value: z.number(), format: metricFormat });

export const run = message('Run', {
  id: text,
  name: text,
  storage_state: runStorageState,
  description: text,
  pipeline_spec: pipelineSpec,
  resource_references: z.array(resourceReference),
  service_account: text,
  created_at: timestamp,
  scheduled_at: timestamp,
  finished_at: timestamp,
  status: text,
  error: text,
  metrics: z.array(runMetric),
});

export const pipelineRuntime = message('PipelineRuntime', { pipeline_manifest: text, workflow_manifest: text });
export const runDetail = message('RunDetail', { run, pipeline_runtime: pipelineRuntime });

export const listRunsQuery = query({ ...listFields, ...referenceFields });
export const listRunsResponse = message('ListRunsResponse', { runs: z.array(run), ...pageFields });

export const reportRunMetricsRequest = message('ReportRunMetricsRequest', { run_id: text, metrics: z.array(runMetric) });
export const reportRunMetricStatus = enumeration('ReportRunMetricsResponseReportRunMetricResultStatus', {
  UNSPECIFIED: 0,
  OK: 1,
  INVALID_ARGUMENT: 2,
  DUPLICATE_REPORTING: 3,
  INTERNAL_ERROR: 4,
});
export const reportRunMetricResult = message('ReportRunMetricsResponseReportRunMetricResult', { metric_name: text, metric_node_id: text, status: reportRunMetricStatus, message: text });
export const reportRunMetricsResponse = message('ReportRunMetricsResponse', { results: z.array(reportRunMetricResult) });
export const readArtifactResponse = message('ReadArtifactResponse', { data: text });

export type WireRun = z.infer<typeof run>;
export type WireRunDetail = z.infer<typeof runDetail>;
export type WireRunMetric = z.infer<typeof runMetric>;
export type WirePipelineSpec = z.infer<typeof pipelineSpec>;
export type ListRunsResponse = z.infer<typeof listRunsResponse>;
export type ReportRunMetricsRequest = z.infer<typeof reportRunMetricsRequest>;
export type ReportRunMetricsResponse = z.infer<typeof reportRunMetricsResponse>;

import { z } from 'zod';
import { int64, query, struct, text, timestamp, valueMap } from '../wire.js';
import { listFields, pageFields } from './list.js';
import { enumeration, message } from './registry.js';
import { status } from './status.js';

export const runtimeState = enumeration('RuntimeState', {
  RUNTIME_STATE_UNSPECIFIED: 0,
  PENDING: 1,
  RUNNING: 2,
  SUCCEEDED: 3,
  SKIPPED: 4,
  FAILED: 5,
  CANCELING: 6,
  CANCELED: 7,
  PAUSED: 8,
});

export const runStorageState = enumeration('Run.StorageState', { STORAGE_STATE_UNSPECIFIED: 0, AVAILABLE: 1, ARCHIVED: 2 });

export const runtimeStatus = message('RuntimeStatus', { update_time: timestamp, state: runtimeState, error: status });
export const pipelineVersionReference = message('PipelineVersionReference', { pipeline_id: text, pipeline_version_id: text });
export const runtimeConfig = message('RuntimeConfig', { parameters: valueMap, pipeline_root: text });

export const artifactList = message('ArtifactList', { artifact_ids: z.array(int64) });
export const taskExecutorDetail = message('PipelineTaskExecutorDetail', {
  main_job: text,
  pre_caching_check_job: text,
  failed_main_jobs: z.array(text),
  failed_pre_caching_check_jobs: z.array(text),
});
export const childTask = message('PipelineTaskDetail.ChildTask', { task_id: text, pod_name: text });
export const taskDetail = message('PipelineTaskDetail', {
  run_id: text,
  task_id: text,
  display_name: text,
  create_time: timestamp,
  start_time: timestamp,
  end_time: timestamp,
  executor_detail: taskExecutorDetail,
  state: runtimeState,
  execution_id: int64,
  error: status,
  inputs: z.record(z.string(), artifactList),
  outputs: z.record(z.string(), artifactList),
  parent_task_id: text,
  state_history: z.array(runtimeStatus),
  pod_name: text,
  child_tasks: z.array(childTask),
});
export const runDetails = message('RunDetails', { pipeline_context_id: int64, pipeline_run_context_id: int64, task_details: z.array(taskDetail) });

export const pluginState = enumeration('PluginState', { PLUGIN_STATE_UNSPECIFIED: 0, PLUGIN_RUNNING: 1, PLUGIN_SUCCEEDED: 2, PLUGIN_FAILED: 3 });
export const metadataValueRenderType = enumeration('MetadataValue.RenderType', { UNSPECIFIED: 0, URL: 1 });
export const metadataValue = message('MetadataValue', { value: z.unknown(), render_type: metadataValueRenderType });
export const pluginOutput = message('PluginOutput', { entries: z.record(z.string(), metadataValue), state: pluginState, state_message: text });

export const run = message('Run', {
  experiment_id: text,
  run_id: text,
  display_name: text,
  storage_state: runStorageState,
  description: text,
  pipeline_version_id: text,
  pipeline_spec: struct,
  pipeline_version_reference: pipelineVersionReference,
  runtime_config: runtimeConfig,
  service_account: text,
  created_at: timestamp,
  scheduled_at: timestamp,
  finished_at: timestamp,
  state: runtimeState,
  error: status,
  run_details: runDetails,
  recurring_run_id: text,
  state_history: z.array(runtimeStatus),
  plugins_input: z.record(z.string(), struct),
  plugins_output: z.record(z.string(), pluginOutput),
});

export const runQuery = query({ experiment_id: text });
export const listRunsQuery = query({ namespace: text, experiment_id: text, ...listFields });
export const listRunsResponse = message('ListRunsResponse', { runs: z.array(run), ...pageFields });
export const readArtifactResponse = message('ReadArtifactResponse', { data: text });

export type WireRun = z.infer<typeof run>;
export type WireTaskDetail = z.infer<typeof taskDetail>;
export type WireRuntimeState = z.infer<typeof runtimeState>;
export type ListRunsResponse = z.infer<typeof listRunsResponse>;

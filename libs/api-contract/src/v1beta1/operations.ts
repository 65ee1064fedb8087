import { operationsBelow, type Operation } from '../openapi/operation.js';
import { experiment, listExperimentsQuery, listExperimentsResponse } from './experiment.js';
import { getHealthzResponse } from './health.js';
import { job, listJobsQuery, listJobsResponse } from './job.js';
import {
  getTemplateResponse,
  listPipelineVersionsQuery,
  listPipelineVersionsResponse,
  listPipelinesQuery,
  listPipelinesResponse,
  pipeline,
  pipelineVersion,
  uploadPipelineQuery,
  uploadPipelineVersionQuery,
} from './pipeline.js';
import { listRunsQuery, listRunsResponse, readArtifactResponse, reportRunMetricsRequest, reportRunMetricsResponse, run, runDetail } from './run.js';

export const V1BETA1 = '/apis/v1beta1';

const operation = operationsBelow(V1BETA1);

/** Every route of v1beta1 that is served. */
export const operations: readonly Operation[] = [
  operation('GET', '/healthz', 'HealthzService_GetHealthz', 'Whether the server answers, and what it is.', { response: getHealthzResponse }),

  operation('POST', '/experiments', 'ExperimentService_CreateExperimentV1', 'Creates an experiment.', { body: experiment, response: experiment }),
  operation('GET', '/experiments', 'ExperimentService_ListExperimentsV1', 'Lists experiments.', { query: listExperimentsQuery, response: listExperimentsResponse }),
  operation('GET', '/experiments/{id}', 'ExperimentService_GetExperimentV1', 'Finds an experiment by its id.', { response: experiment }),
  operation('DELETE', '/experiments/{id}', 'ExperimentService_DeleteExperimentV1', 'Deletes an experiment; its runs stay.', { response: 'empty' }),
  operation('POST', '/experiments/{id}:archive', 'ExperimentService_ArchiveExperimentV1', 'Archives an experiment with its runs.', { response: 'empty' }),
  operation('POST', '/experiments/{id}:unarchive', 'ExperimentService_UnarchiveExperimentV1', 'Restores an experiment; its runs stay archived.', { response: 'empty' }),

  operation('POST', '/pipelines', 'PipelineService_CreatePipelineV1', 'Creates a pipeline from a URL.', { body: pipeline, response: pipeline }),
  operation('GET', '/pipelines', 'PipelineService_ListPipelinesV1', 'Lists pipelines.', { query: listPipelinesQuery, response: listPipelinesResponse }),
  operation('GET', '/pipelines/{id}', 'PipelineService_GetPipelineV1', 'Finds a pipeline by its id.', { response: pipeline }),
  operation('DELETE', '/pipelines/{id}', 'PipelineService_DeletePipelineV1', 'Deletes a pipeline with its versions.', { response: 'empty' }),
  operation('GET', '/pipelines/{id}/templates', 'PipelineService_GetTemplate', 'The manifest of the default version.', { response: getTemplateResponse }),
  operation('POST', '/pipelines/{pipeline_id}/default_version/{version_id}', 'PipelineService_UpdatePipelineDefaultVersionV1', 'Makes a version the default one.', { response: 'empty' }),
  operation('GET', '/namespaces/{namespace}/pipelines/{name}', 'PipelineService_GetPipelineByNameV1', 'Finds a pipeline by its name.', { response: pipeline }),
  operation('POST', '/pipelines/upload', 'UploadPipeline', 'Creates a pipeline with its first version from a file.', {
    query: uploadPipelineQuery,
    upload: 'uploadfile',
    response: pipeline,
    errors: 'message',
  }),
  operation('POST', '/pipelines/upload_version', 'UploadPipelineVersion', 'Creates a version from a file.', {
    query: uploadPipelineVersionQuery,
    upload: 'uploadfile',
    response: pipelineVersion,
    errors: 'message',
  }),
  operation('POST', '/pipeline_versions', 'PipelineService_CreatePipelineVersionV1', 'Creates a version from a URL.', { body: pipelineVersion, response: pipelineVersion }),
  operation('GET', '/pipeline_versions', 'PipelineService_ListPipelineVersionsV1', 'Lists the versions of a pipeline.', {
    query: listPipelineVersionsQuery,
    response: listPipelineVersionsResponse,
  }),
  operation('GET', '/pipeline_versions/{version_id}', 'PipelineService_GetPipelineVersionV1', 'Finds a version by its id.', { response: pipelineVersion }),
  operation('DELETE', '/pipeline_versions/{version_id}', 'PipelineService_DeletePipelineVersionV1', 'Deletes a version.', { response: 'empty' }),
  operation('GET', '/pipeline_versions/{version_id}/templates', 'PipelineService_GetPipelineVersionTemplate', 'The manifest of a version.', { response: getTemplateResponse }),

  operation('POST', '/runs', 'RunService_CreateRunV1', 'Starts a run.', { body: run, response: runDetail }),
  operation('GET', '/runs', 'RunService_ListRunsV1', 'Lists runs.', { query: listRunsQuery, response: listRunsResponse }),
  operation('GET', '/runs/{run_id}', 'RunService_GetRunV1', 'Finds a run by its id.', { response: runDetail }),
  operation('DELETE', '/runs/{id}', 'RunService_DeleteRunV1', 'Deletes a run.', { response: 'empty' }),
  operation('POST', '/runs/{id}:archive', 'RunService_ArchiveRunV1', 'Archives a run.', { response: 'empty' }),
  operation('POST', '/runs/{id}:unarchive', 'RunService_UnarchiveRunV1', 'Restores a run.', { response: 'empty' }),
  operation('POST', '/runs/{run_id}/terminate', 'RunService_TerminateRunV1', 'Ends a run that has not finished.', { response: 'empty' }),
  operation('POST', '/runs/{run_id}/retry', 'RunService_RetryRunV1', 'Runs the failed tasks of a run again.', { response: 'empty' }),
  operation('POST', '/runs/{run_id}:reportMetrics', 'RunService_ReportRunMetricsV1', 'Adds metrics to tasks of a run.', { body: reportRunMetricsRequest, response: reportRunMetricsResponse }),
  operation('GET', '/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read', 'RunService_ReadArtifactV1', "Reads a task's output artifact.", {
    response: readArtifactResponse,
    errors: 'message',
  }),

  operation('POST', '/jobs', 'JobService_CreateJob', 'Creates a recurring run.', { body: job, response: job }),
  operation('GET', '/jobs', 'JobService_ListJobs', 'Lists recurring runs.', { query: listJobsQuery, response: listJobsResponse }),
  operation('GET', '/jobs/{id}', 'JobService_GetJob', 'Finds a recurring run by its id.', { response: job }),
  operation('DELETE', '/jobs/{id}', 'JobService_DeleteJob', 'Deletes a recurring run.', { response: 'empty' }),
  operation('POST', '/jobs/{id}/enable', 'JobService_EnableJob', 'Lets a recurring run start runs.', { response: 'empty' }),
  operation('POST', '/jobs/{id}/disable', 'JobService_DisableJob', 'Stops a recurring run from starting runs.', { response: 'empty' }),
];

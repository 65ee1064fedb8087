import { operationsBelow, type Operation } from '../openapi/operation.js';
import { experiment, listExperimentsQuery, listExperimentsResponse } from './experiment.js';
import { getHealthzResponse } from './health.js';
import {
  createPipelineAndVersionRequest,
  deletePipelineQuery,
  getPipelineByNameQuery,
  listPipelineVersionsQuery,
  listPipelineVersionsResponse,
  listPipelinesQuery,
  listPipelinesResponse,
  pipeline,
  pipelineVersion,
  uploadPipelineQuery,
  uploadPipelineVersionQuery,
} from './pipeline.js';
import { deleteRecurringRunQuery, listRecurringRunsQuery, listRecurringRunsResponse, recurringRun } from './recurring-run.js';
import { listRunsQuery, listRunsResponse, readArtifactResponse, run, runQuery } from './run.js';

export const V2BETA1 = '/apis/v2beta1';

const operation = operationsBelow(V2BETA1);

/** Every route of v2beta1 that is served. */
export const operations: readonly Operation[] = [
  operation('GET', '/healthz', 'HealthzService_GetHealthz', 'Whether the server answers, and what it is.', { response: getHealthzResponse }),

  operation('POST', '/experiments', 'ExperimentService_CreateExperiment', 'Creates an experiment.', { body: experiment, response: experiment }),
  operation('GET', '/experiments', 'ExperimentService_ListExperiments', 'Lists experiments.', { query: listExperimentsQuery, response: listExperimentsResponse }),
  operation('GET', '/experiments/{experiment_id}', 'ExperimentService_GetExperiment', 'Finds an experiment by its id.', { response: experiment }),
  operation('DELETE', '/experiments/{experiment_id}', 'ExperimentService_DeleteExperiment', 'Deletes an experiment; its runs stay.', { response: 'empty' }),
  operation('POST', '/experiments/{experiment_id}:archive', 'ExperimentService_ArchiveExperiment', 'Archives an experiment with its runs.', { response: 'empty' }),
  operation('POST', '/experiments/{experiment_id}:unarchive', 'ExperimentService_UnarchiveExperiment', 'Restores an experiment; its runs stay archived.', { response: 'empty' }),

  operation('POST', '/pipelines', 'PipelineService_CreatePipeline', 'Creates a pipeline without a version.', { body: pipeline, response: pipeline }),
  operation('GET', '/pipelines', 'PipelineService_ListPipelines', 'Lists pipelines.', { query: listPipelinesQuery, response: listPipelinesResponse }),
  operation('POST', '/pipelines/create', 'PipelineService_CreatePipelineAndVersion', 'Creates a pipeline and its first version from a URL.', {
    body: createPipelineAndVersionRequest,
    response: pipeline,
  }),
  operation('GET', '/pipelines/names/{name}', 'PipelineService_GetPipelineByName', 'Finds a pipeline by its name.', { query: getPipelineByNameQuery, response: pipeline }),
  operation('GET', '/pipelines/{pipeline_id}', 'PipelineService_GetPipeline', 'Finds a pipeline by its id.', { response: pipeline }),
  operation('PATCH', '/pipelines/{pipeline_id}', 'PipelineService_UpdatePipeline', 'Changes the display name and the tags of a pipeline.', { body: pipeline, response: pipeline }),
  operation('DELETE', '/pipelines/{pipeline_id}', 'PipelineService_DeletePipeline', 'Deletes a pipeline; with cascade, its versions too.', {
    query: deletePipelineQuery,
    response: 'empty',
  }),
  operation('POST', '/pipelines/{pipeline_id}/versions', 'PipelineService_CreatePipelineVersion', 'Creates a version from a URL.', {
    body: pipelineVersion,
    response: pipelineVersion,
  }),
  operation('GET', '/pipelines/{pipeline_id}/versions', 'PipelineService_ListPipelineVersions', 'Lists the versions of a pipeline.', {
    query: listPipelineVersionsQuery,
    response: listPipelineVersionsResponse,
  }),
  operation('GET', '/pipelines/{pipeline_id}/versions/{pipeline_version_id}', 'PipelineService_GetPipelineVersion', 'Finds a version by its id.', { response: pipelineVersion }),
  operation('PATCH', '/pipelines/{pipeline_id}/versions/{pipeline_version_id}', 'PipelineService_UpdatePipelineVersion', 'Changes the display name and the tags of a version.', {
    body: pipelineVersion,
    response: pipelineVersion,
  }),
  operation('DELETE', '/pipelines/{pipeline_id}/versions/{pipeline_version_id}', 'PipelineService_DeletePipelineVersion', 'Deletes a version.', { response: 'empty' }),
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

  operation('POST', '/runs', 'RunService_CreateRun', 'Starts a run.', { query: runQuery, body: run, response: run }),
  operation('GET', '/runs', 'RunService_ListRuns', 'Lists runs.', { query: listRunsQuery, response: listRunsResponse }),
  operation('GET', '/runs/{run_id}', 'RunService_GetRun', 'Finds a run by its id.', { query: runQuery, response: run }),
  operation('DELETE', '/runs/{run_id}', 'RunService_DeleteRun', 'Deletes a run.', { query: runQuery, response: 'empty' }),
  operation('POST', '/runs/{run_id}:archive', 'RunService_ArchiveRun', 'Archives a run.', { query: runQuery, response: 'empty' }),
  operation('POST', '/runs/{run_id}:unarchive', 'RunService_UnarchiveRun', 'Restores a run.', { query: runQuery, response: 'empty' }),
  operation('POST', '/runs/{run_id}:terminate', 'RunService_TerminateRun', 'Ends a run that has not finished.', { query: runQuery, response: 'empty' }),
  operation('POST', '/runs/{run_id}:retry', 'RunService_RetryRun', 'Runs the failed tasks of a run again.', { query: runQuery, response: 'empty' }),
  operation('GET', '/runs/{run_id}/nodes/{node_id}/artifacts/{artifact_name}:read', 'RunService_ReadArtifact', "Reads a task's output artifact.", {
    response: readArtifactResponse,
    errors: 'message',
  }),
  operation('GET', '/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log', 'RunService_ReadLog', "Reads a task's log.", { response: 'text/plain', errors: 'message' }),

  operation('POST', '/recurringruns', 'RecurringRunService_CreateRecurringRun', 'Creates a recurring run.', { body: recurringRun, response: recurringRun }),
  operation('GET', '/recurringruns', 'RecurringRunService_ListRecurringRuns', 'Lists recurring runs.', { query: listRecurringRunsQuery, response: listRecurringRunsResponse }),
  operation('GET', '/recurringruns/{recurring_run_id}', 'RecurringRunService_GetRecurringRun', 'Finds a recurring run by its id.', { response: recurringRun }),
  operation('DELETE', '/recurringruns/{recurring_run_id}', 'RecurringRunService_DeleteRecurringRun', 'Deletes a recurring run.', {
    query: deleteRecurringRunQuery,
    response: 'empty',
  }),
  operation('POST', '/recurringruns/{recurring_run_id}:enable', 'RecurringRunService_EnableRecurringRun', 'Lets a recurring run start runs.', { response: 'empty' }),
  operation('POST', '/recurringruns/{recurring_run_id}:disable', 'RecurringRunService_DisableRecurringRun', 'Stops a recurring run from starting runs.', { response: 'empty' }),
];

/**
 * KFP's REST API v2beta1: schemas of requests and answers, and the table of its routes.
 *
 * @packageDocumentation
 */
export { experiment, listExperimentsQuery } from './experiment.js';
export type { ListExperimentsResponse, WireExperiment } from './experiment.js';
export { filter } from './filter.js';
export type { WirePredicate } from './filter.js';
export type { GetHealthzResponse } from './health.js';
export { openApiDocument } from './openapi.js';
export { V2BETA1, operations } from './operations.js';
export {
  createPipelineAndVersionRequest,
  deletePipelineQuery,
  getPipelineByNameQuery,
  listPipelineVersionsQuery,
  listPipelinesQuery,
  pipeline,
  pipelineVersion,
  uploadPipelineQuery,
  uploadPipelineVersionQuery,
} from './pipeline.js';
export type { ListPipelineVersionsResponse, ListPipelinesResponse, WirePipeline, WirePipelineVersion } from './pipeline.js';
export { deleteRecurringRunQuery, listRecurringRunsQuery, recurringRun } from './recurring-run.js';
export type { WireRecurringRun } from './recurring-run.js';
export { listRunsQuery, run, runQuery } from './run.js';
export type { ListRunsResponse, WireRun, WireRuntimeState, WireTaskDetail } from './run.js';
export type { Status } from './status.js';

/**
 * KFP's REST API v1beta1: schemas of requests and answers, and the table of its routes. What it has in common with v2beta1 (how lists are
 * asked for, the values of filters) is taken from there; nothing takes anything from here.
 *
 * @packageDocumentation
 */
export { experiment, listExperimentsQuery } from './experiment.js';
export type { ListExperimentsResponse, WireExperiment } from './experiment.js';
export { filter } from './filter.js';
export type { WirePredicate } from './filter.js';
export type { GetHealthzResponse } from './health.js';
export { job, listJobsQuery } from './job.js';
export type { ListJobsResponse, WireJob } from './job.js';
export { openApiDocument } from './openapi.js';
export { V1BETA1, operations } from './operations.js';
export { listPipelineVersionsQuery, listPipelinesQuery, pipeline, pipelineVersion, uploadPipelineQuery, uploadPipelineVersionQuery } from './pipeline.js';
export type { ListPipelineVersionsResponse, ListPipelinesResponse, WirePipeline, WirePipelineVersion } from './pipeline.js';
export type { WireResourceReference } from './resource-reference.js';
export { listRunsQuery, reportRunMetricsRequest, run } from './run.js';
export type { ListRunsResponse, ReportRunMetricsRequest, ReportRunMetricsResponse, WirePipelineSpec, WireRun, WireRunDetail, WireRunMetric } from './run.js';

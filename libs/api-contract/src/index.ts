/**
 * The wire: schemas of the REST API. Validation, the served OpenAPI document and the client's types are made from them.
 *
 * @packageDocumentation
 */
export * as millrace from './millrace/schemas.js';
export { MILLRACE_API } from './millrace/base.js';
export { millraceRoutes } from './millrace/routes.js';
export type {
  ArtifactLink,
  ArtifactPage,
  ArtifactView,
  Attempt,
  Diagnosis,
  Finding,
  LogPageView,
  RunDetail,
  RecurringRunDetail,
  RecurringRunList,
  RecurringRunSummary,
  RunList,
  ScheduleTriggerView,
  RunPreview,
  RunSummary,
  ServerInfo,
  StreamEvent,
  TaskCounts,
  TaskDetail,
  TaskSummary,
} from './millrace/schemas.js';
export * as millraceQueries from './millrace/queries.js';
export { openApiDocument as millraceOpenApiDocument, operations as millraceOperations } from './millrace/openapi.js';
export type { OpenApiDocument } from './openapi/openapi-document.js';
export type { HttpMethod, Operation } from './openapi/operation.js';
export * as v1beta1 from './v1beta1/index.js';
export * as v2beta1 from './v2beta1/index.js';

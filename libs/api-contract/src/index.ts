/**
 * The wire: schemas of the REST API. Validation, the served OpenAPI document and the client's types are made from them.
 *
 * @packageDocumentation
 */
export * as millrace from './millrace/schemas.js';
export { MILLRACE_API } from './millrace/schemas.js';
export { millraceRoutes } from './millrace/routes.js';
export type {
  ArtifactLink,
  ArtifactPage,
  ArtifactView,
  Attempt,
  LogPageView,
  RunDetail,
  RunList,
  RunPreview,
  RunSummary,
  ServerInfo,
  StreamEvent,
  TaskCounts,
  TaskDetail,
  TaskSummary,
} from './millrace/schemas.js';

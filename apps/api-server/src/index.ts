/**
 * Millrace's HTTP server: KFP's REST API, Millrace's own, and the pages.
 *
 * @packageDocumentation
 */
export { createApiServer } from './create-api-server.js';
export type { ApiServer } from './create-api-server.js';
export type { ApiServerDeps, ApiServerOptions, Log } from './options.js';

/**
 * The closed set of error codes and the one error class that carries them.
 *
 * @packageDocumentation
 */
export { describeError } from './describe-error.js';
export { ERROR_CODES, PipelineError, isPipelineError, type ErrorCode, type PipelineErrorOptions } from './pipeline-error.js';

/** The canonical codes, a subset of google.rpc.Code: the names that KFP's gRPC gateway maps to HTTP. */
export const ERROR_CODES = [
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'ABORTED',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'UNIMPLEMENTED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface PipelineErrorOptions {
  /** Machine-readable facts about the fault; serialisable as JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Thrown when a caller asked wrongly or a rule forbids what was asked. The message names the thing and the remedy and may be
 * shown to users as it is. A user's task that failed is never an error: it is an outcome.
 */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details;
  }
}

/** True for errors of this kind, also when they come from another copy of this package. */
export function isPipelineError(error: unknown): error is PipelineError {
  return error instanceof Error && ERROR_CODES.includes((error as Partial<PipelineError>).code as ErrorCode);
}

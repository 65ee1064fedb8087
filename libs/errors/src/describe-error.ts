import { isPipelineError } from './pipeline-error.js';

/** For the log: what is our fault with its stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (isPipelineError(error) ? error.message : (error.stack ?? error.message)) : String(error);
}

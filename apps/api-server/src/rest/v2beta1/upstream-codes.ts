import { isPipelineError, PipelineError, type ErrorCode } from '@millrace/errors';
import { NameError } from '../../names.js';

/**
 * KFP answers some faults of the caller with other codes than their kind suggests, and clients see those: an unknown pipeline or an empty
 * name in a create call is INTERNAL there. `when` maps our code to KFP's; `names` is what a bad name becomes.
 */
export async function withUpstreamCodes<Result>(work: () => Promise<Result>, { when = {}, names }: { readonly when?: Partial<Record<ErrorCode, ErrorCode>>; readonly names?: ErrorCode }): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isPipelineError(error)) throw error;
    const code = names && error instanceof NameError ? names : when[error.code];
    if (!code) throw error;
    throw new PipelineError(code, error.message, { cause: error, ...(error.details && { details: error.details }) });
  }
}

import { isPipelineError, PipelineError } from '@millrace/errors';
import type { S3Provider } from './s3-providers.js';

const MISSING = ['NoSuchKey', 'NotFound', 'NoSuchBucket'];
const FORBIDDEN = ['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'Forbidden', 'ExpiredToken', 'InvalidToken', 'AuthorizationHeaderMalformed'];

const codeOf = (error: unknown) => String((error as { readonly code?: unknown } | undefined)?.code ?? '');

/** Whether the store said that an object or its bucket is not there. */
export const isMissing = (error: unknown): boolean => MISSING.includes(codeOf(error));

/** What a store's fault means to whoever asked: NOT_FOUND, PERMISSION_DENIED, or UNAVAILABLE with the store's own words. */
export function describeS3Error(error: unknown, uri: string, provider: S3Provider): PipelineError {
  if (isPipelineError(error)) return error;
  const store = `the object store at ${provider.host}:${provider.port}`;
  if (codeOf(error) === 'InvalidRange') return new PipelineError('INVALID_ARGUMENT', `The range lies outside ${uri}.`, { cause: error });
  if (codeOf(error) === 'NoSuchBucket') return new PipelineError('NOT_FOUND', `There is no bucket for ${uri} at ${store}; make it, or name another as pipeline root.`, { cause: error });
  if (isMissing(error)) return new PipelineError('NOT_FOUND', `There is no object at ${uri}.`, { cause: error });
  if (FORBIDDEN.includes(codeOf(error))) {
    const keys = provider.credentials.kind === 'secret' ? `the Secret "${provider.credentials.secretName}"` : 'the environment';
    return new PipelineError('PERMISSION_DENIED', `${uri}: ${store} refuses the keys of ${keys} (${codeOf(error)}); give keys that may read and delete it.`, { cause: error });
  }
  const reason = error instanceof Error ? error.message || codeOf(error) : String(error);
  return new PipelineError('UNAVAILABLE', `${uri}: ${store} does not answer as it should (${reason}); see that it runs and that TLS and region are set as it has them.`, { cause: error });
}

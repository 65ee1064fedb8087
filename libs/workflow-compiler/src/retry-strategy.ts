import type { RetryStrategy } from '@millrace/argo';
import type { RetryPolicy } from '@millrace/pipeline-spec';

/**
 * A retry policy in Argo's words; undefined when it allows no retry. `Always` counts evictions and deleted pods too. Argo wants a whole
 * factor, and its `maxDuration` counts from the first attempt's start, so the longest pause is its `cap`.
 */
export function retryStrategy(policy: RetryPolicy | undefined): RetryStrategy | undefined {
  const limit = policy?.maxRetryCount ?? 0;
  if (policy === undefined || limit <= 0) return undefined;
  const pause = seconds(policy.backoffDuration);
  const backoff =
    pause === 0
      ? undefined
      : { duration: `${pause}s`, factor: String(Math.max(1, Math.ceil(policy.backoffFactor || 2))), cap: `${seconds(policy.backoffMaxDuration) || 3600}s` };
  return { limit: String(limit), retryPolicy: 'Always', ...(backoff !== undefined && { backoff }) };
}

/** Whole seconds of a protojson duration such as `"30s"` or `"0.5s"`, rounded up. */
function seconds(duration: string | undefined): number {
  const value = Number.parseFloat(duration ?? '0');
  return Number.isFinite(value) && value > 0 ? Math.ceil(value) : 0;
}

import type { NodeStatus, RetryStrategy } from '@millrace/argo';
import { fromTimestamp } from '../clock.js';
import { describeDuration, parseDuration } from './duration.js';

export interface RetryState {
  readonly strategy: RetryStrategy;
  /** The attempts so far, oldest first; the last one is fulfilled. */
  readonly attempts: readonly NodeStatus[];
  readonly now: number;
  readonly shutdown: string | undefined;
  readonly workflowDeadline: number | undefined;
  /** The pause that this function asked for is over, whatever the time of day says by now. */
  readonly waited?: boolean;
}

export type RetryDecision =
  | { readonly kind: 'end'; readonly phase: 'Succeeded' | 'Failed' | 'Error'; readonly message?: string }
  | { readonly kind: 'wait'; readonly until: number; readonly message: string }
  | { readonly kind: 'again' };

/** What a Retry node does after an attempt ended: Argo's order of questions, and its messages. */
export function decideRetry({ strategy, attempts, now, shutdown, workflowDeadline, waited = false }: RetryState): RetryDecision {
  const last = attempts.at(-1)!;
  if (last.phase !== 'Failed' && last.phase !== 'Error') return { kind: 'end', phase: 'Succeeded' };
  const phase = last.phase;
  const end = (message: string | undefined): RetryDecision => ({ kind: 'end', phase, message });
  const broken = (message: string): RetryDecision => ({ kind: 'end', phase: 'Error', message });

  if (shutdown !== undefined) return end(`Stopped with strategy '${shutdown}'`);
  if (workflowDeadline !== undefined && now > workflowDeadline) {
    return end(`retry exceeded workflow deadline ${new Date(workflowDeadline).toISOString()}`);
  }
  const limit = toInteger(strategy.limit);
  if (limit === null) return broken(`retryStrategy.limit '${strategy.limit}' is not an integer`);

  const { backoff } = strategy;
  if (backoff !== undefined) {
    const waits = parseBackoff(backoff);
    if (typeof waits === 'string') return broken(waits);
    const first = fromTimestamp(attempts[0]!.startedAt) ?? now;
    const latest = waits.maxDuration === undefined ? undefined : first + waits.maxDuration;
    if (latest !== undefined && now > latest) return end('Max duration limit exceeded');
    const factor = waits.factor !== undefined && waits.factor > 0 ? waits.factor ** (attempts.length - 1) : 1;
    const wait = Math.min(waits.duration * factor, waits.cap ?? Infinity);
    // A clock that was set back must not make the wait longer.
    const until = Math.min(fromTimestamp(last.finishedAt) ?? now, now) + wait;
    if (latest !== undefined && until > latest) return end('Backoff would exceed max duration limit');
    // Argo only waits when there is a limit that leaves another attempt.
    if (!waited && now < until && limit !== undefined && attempts.length <= limit) {
      return { kind: 'wait', until, message: `Backoff for ${describeDuration(wait)}` };
    }
  }

  const policy = strategy.retryPolicy ?? 'OnFailure';
  // What Argo takes for transient are faults of the network and of the API server: no attempt on this machine ends with one.
  if (policy === 'OnTransientError' || (phase === 'Failed' && policy === 'OnError') || (phase === 'Error' && policy === 'OnFailure')) return end(last.message);
  if (limit !== undefined && attempts.length > limit) return end('No more retries left');
  return { kind: 'again' };
}

interface Backoff {
  readonly duration: number;
  readonly factor?: number;
  readonly cap?: number;
  readonly maxDuration?: number;
}

function parseBackoff(backoff: NonNullable<RetryStrategy['backoff']>): Backoff | string {
  if ((backoff.duration ?? '') === '') return 'no base duration specified for retryStrategy';
  const times: Record<string, number | undefined> = {};
  for (const field of ['duration', 'cap', 'maxDuration'] as const) {
    const text = backoff[field];
    if (text === undefined || text === '') continue;
    times[field] = parseDuration(text);
    if (times[field] === undefined) return `unable to parse ${text} as a duration`;
  }
  const factor = toInteger(backoff.factor);
  if (factor === null) return `retryStrategy.backoff.factor '${backoff.factor}' is not an integer`;
  return { duration: times['duration']!, factor, cap: times['cap'], maxDuration: times['maxDuration'] };
}

/** Argo's IntOrString: undefined when absent, null when it is not an integer. */
export function toInteger(value: string | number | undefined): number | undefined | null {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isInteger(number) ? number : null;
}

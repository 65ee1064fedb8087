import { describe, expect, it } from 'vitest';
import { retryStrategy } from './retry-strategy.js';

describe('retryStrategy', () => {
  it('is none where no retry is allowed', () => {
    expect(retryStrategy(undefined)).toBeUndefined();
    expect(retryStrategy({ maxRetryCount: 0, backoffDuration: '3s' })).toBeUndefined();
  });

  it.each([
    [{ maxRetryCount: 2 }, { limit: '2', retryPolicy: 'Always' }],
    [{ maxRetryCount: 2, backoffDuration: '0s', backoffFactor: 2, backoffMaxDuration: '3600s' }, { limit: '2', retryPolicy: 'Always' }],
    [{ maxRetryCount: 1, backoffDuration: '0.5s' }, { limit: '1', retryPolicy: 'Always', backoff: { duration: '1s', factor: '2', cap: '3600s' } }],
    [
      { maxRetryCount: 3, backoffDuration: '10s', backoffFactor: 1.5, backoffMaxDuration: '60s' },
      { limit: '3', retryPolicy: 'Always', backoff: { duration: '10s', factor: '2', cap: '60s' } },
    ],
  ])('of %j', (policy, strategy) => {
    expect(retryStrategy(policy)).toEqual(strategy);
  });
});

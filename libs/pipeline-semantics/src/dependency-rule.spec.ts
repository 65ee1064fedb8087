import { describe, expect, it } from 'vitest';
import { judgeDependency, triggerStrategyOf } from './dependency-rule.js';

describe('judgeDependency', () => {
  it.each([
    ['all-succeeded', 'container', 'SUCCEEDED', 'met'],
    ['all-succeeded', 'container', 'CACHED', 'met'],
    ['all-succeeded', 'container', 'FAILED', 'blocked'],
    ['all-succeeded', 'container', 'SKIPPED', 'blocked'],
    ['all-succeeded', 'container', 'CANCELED', 'blocked'],
    ['all-succeeded', 'container', 'RUNNING', 'open'],
    ['all-succeeded', 'container', undefined, 'open'],
    ['all-succeeded', 'dag', 'SUCCEEDED', 'met'],
    ['all-succeeded', 'dag', 'SKIPPED', 'blocked'],
    ['all-completed', 'container', 'FAILED', 'met'],
    ['all-completed', 'dag', 'SKIPPED', 'met'],
    ['all-completed', 'container', 'CANCELED', 'blocked'],
    ['all-completed', 'container', 'PENDING', 'open'],
  ] as const)('%s of a %s that is %s: %s', (strategy, kind, state, verdict) => {
    expect(judgeDependency(strategy, kind, state)).toBe(verdict);
  });

  it('knows the strategy of a task', () => {
    expect(triggerStrategyOf({ triggerPolicy: { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' } })).toBe('all-completed');
    expect(triggerStrategyOf({ triggerPolicy: { strategy: 'TRIGGER_STRATEGY_UNSPECIFIED' } })).toBe('all-succeeded');
    expect(triggerStrategyOf({})).toBe('all-succeeded');
  });
});

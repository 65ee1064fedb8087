import { nextSlot } from './due-slot.js';
import type { ScheduledWorkflowSpec } from './scheduled-workflow.js';

export interface ScheduleFacts {
  readonly spec: ScheduledWorkflowSpec;
  readonly createdAt: number;
  readonly lastSlot?: number;
  /** Unfinished runs of this schedule. */
  readonly activeRuns: number;
  readonly now: number;
  readonly timeZone: string;
}

/** What a schedule is to do now. */
export type ScheduleStep =
  | { readonly kind: 'run'; readonly slot: number }
  /** `next` is absent when no slot comes any more; it may be past when only something else than time is waited for. */
  | { readonly kind: 'wait'; readonly for: 'time' | 'enabling' | 'runs'; readonly next?: number };

export function nextStep({ spec, activeRuns, ...facts }: ScheduleFacts): ScheduleStep {
  const next = nextSlot({ ...facts, trigger: spec.trigger ?? {}, noCatchup: spec.noCatchup ?? false });
  if (next === undefined) return { kind: 'wait', for: 'time' };
  if (spec.enabled !== true) return { kind: 'wait', for: 'enabling', next };
  if (next > facts.now) return { kind: 'wait', for: 'time', next };
  if (activeRuns >= concurrencyOf(spec)) return { kind: 'wait', for: 'runs', next };
  return { kind: 'run', slot: next };
}

/** 1 to 10; 1 when nothing is said. */
export function concurrencyOf({ maxConcurrency = 1 }: ScheduledWorkflowSpec): number {
  return Math.min(10, Math.max(1, maxConcurrency));
}

/** 0 to 100; 10 when nothing is said. */
export function historyOf({ maxHistory = 10 }: ScheduledWorkflowSpec): number {
  return Math.min(100, Math.max(0, maxHistory));
}

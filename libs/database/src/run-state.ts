import type { Run, RunState, StateChange } from './model.js';

const FINAL: ReadonlySet<RunState> = new Set(['SUCCEEDED', 'SKIPPED', 'FAILED', 'CANCELED']);

/** The states in which a controller still has something to do. */
export const UNFINISHED_STATES = ['PENDING', 'RUNNING', 'CANCELING', 'PAUSED'] as const satisfies readonly RunState[];

export function isFinal(state: RunState): boolean {
  return FINAL.has(state);
}

/**
 * Whether what a controller observed may replace the stored state. A finished run stays as it is, and a run that is being ended
 * can only end: an observation made before the user's wish must not undo it.
 */
export function mayFollow(stored: RunState, observed: RunState): boolean {
  if (stored === observed) return true;
  if (isFinal(stored)) return false;
  return stored !== 'CANCELING' || isFinal(observed);
}

/** The history with this change; unchanged when the last entry says the same state. */
export function withStateChange(history: Run['stateHistory'], change: StateChange): Run['stateHistory'] {
  return history.at(-1)?.state === change.state ? history : [...history, change];
}

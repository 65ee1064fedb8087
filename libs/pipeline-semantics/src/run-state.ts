import type { TaskState } from './run-view.js';

/** State of a run; KFP's names. */
export type RunState = 'PENDING' | 'RUNNING' | 'CANCELING' | 'SUCCEEDED' | 'FAILED' | 'CANCELED';

export interface RunEvidence {
  /** Phase of the Workflow; undefined while the engine has not looked at it. */
  readonly enginePhase: string | undefined;
  /** Somebody asked for the run to end. */
  readonly cancelRequested: boolean;
  /** States of the run's tasks, DAGs and members alike. */
  readonly taskStates: Iterable<TaskState>;
}

/**
 * The state of a run, by one rule: it is over when the engine says so, and not before. Then it was cancelled if somebody asked for that
 * and it did not succeed regardless; it failed if the engine says so or any task failed, also where the engine knows nothing of
 * it (outputs that could not be read) or tolerated it; else it succeeded. Tasks that were cached or not triggered are no failures.
 */
export function runStateOf({ enginePhase, cancelRequested, taskStates }: RunEvidence): RunState {
  if (enginePhase !== 'Succeeded' && enginePhase !== 'Failed' && enginePhase !== 'Error') {
    if (cancelRequested) return 'CANCELING';
    return enginePhase === 'Running' ? 'RUNNING' : 'PENDING';
  }
  let failed = enginePhase !== 'Succeeded';
  for (const state of taskStates) if (state === 'FAILED') failed = true;
  if (cancelRequested && enginePhase !== 'Succeeded') return 'CANCELED';
  return failed ? 'FAILED' : 'SUCCEEDED';
}

/** The state of a DAG task, by the same rule: the engine says when it is over, and a member that failed fails it. */
export function dagStateOf(engineState: TaskState, memberStates: Iterable<TaskState>): TaskState {
  if (engineState !== 'SUCCEEDED') return engineState;
  for (const state of memberStates) if (state === 'FAILED') return 'FAILED';
  return 'SUCCEEDED';
}

/** True for states that never change. */
export function isFinalTaskState(state: TaskState): boolean {
  return state !== 'PENDING' && state !== 'RUNNING';
}

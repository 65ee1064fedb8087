import type { Clock } from '../clock.js';
import type { EngineCounters } from './counters.js';
import type { WorkflowRun } from './workflow-run.js';

/** What a run asks of the engine around it. Calls only note down; the engine acts after the run's changes are committed. */
export interface RunHost {
  readonly clock: Clock;
  readonly folder: string;
  readonly counters: EngineCounters;
  /** The Pod node wants to run; `buildAttempt` is called when there is room. */
  requestAttempt(run: WorkflowRun, nodeId: string): void;
  /** Ends the Pod node's attempt, begun or not. */
  cancelAttempt(run: WorkflowRun, nodeId: string): void;
  /** Calls `fire` once, later, and then has the run worked on. A second call with the same key replaces the first. */
  wakeAt(run: WorkflowRun, key: string, atMs: number, fire: () => void): void;
  /** What lives only as long as the pod may go. */
  discardPod(run: WorkflowRun, nodeId: string): void;
}

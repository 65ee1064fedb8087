import type { Clock } from '../clock.js';
import type { AttemptExit } from '../executor.js';
import type { ArtifactFolder } from '../pod/artifact-folder.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';
import type { ClaimFolders } from '../pod/claim-folders.js';
import type { CollectedOutputs } from '../pod/collect-outputs.js';
import type { EngineCounters } from './counters.js';
import type { WorkflowRun } from './workflow-run.js';

/** What a run asks of the engine around it. Calls only note down; the engine acts after the run's changes are committed. */
export interface RunHost {
  readonly clock: Clock;
  readonly folder: string;
  readonly counters: EngineCounters;
  readonly artifacts: ArtifactFolder;
  /** Argo's `keyFormat`: with tags, where the artifacts of a pod are kept. */
  readonly artifactKeyFormat: string;
  readonly claims: ClaimFolders;
  readonly keyed: KeyedObjects;
  /** The Pod node wants to run; `buildAttempt` is called when there is room. */
  requestAttempt(run: WorkflowRun, nodeId: string): void;
  /** Ends the Pod node's attempt, begun or not. */
  cancelAttempt(run: WorkflowRun, nodeId: string): void;
  /** Does the work after the commit, and tells the run of it as of an attempt that ended; done anew when nobody saw its end. */
  perform(run: WorkflowRun, nodeId: string, work: () => CollectedOutputs): void;
  /** Does the work, and tells the run of it together with the exit that it is about. */
  collect(run: WorkflowRun, nodeId: string, exit: AttemptExit, work: () => Promise<CollectedOutputs>): void;
  /** What the attempt's program wrote to its standard output, the last of it when it is much. */
  standardOutput(run: WorkflowRun, nodeId: string): Promise<string>;
  /** Does something to the machine after the commit. */
  afterCommit(effect: () => void): void;
  /** Calls `fire` once, later, and then has the run worked on. A second call with the same key replaces the first. */
  wakeAt(run: WorkflowRun, key: string, atMs: number, fire: () => void): void;
  /** What lives only as long as the pod may go. */
  discardPod(run: WorkflowRun, nodeId: string): void;
}

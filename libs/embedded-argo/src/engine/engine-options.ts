import type { Clock } from '../clock.js';
import type { ArtifactFolder } from '../pod/artifact-folder.js';
import type { ClaimFolders } from '../pod/claim-folders.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';
import type { ArgoDatabase } from '../store/argo-database.js';
import type { LiveWorkflow } from '../store/live-workflow.js';
import type { EngineCounters } from './counters.js';

/** What the engine works with; all of it complete. */
export interface EngineOptions {
  readonly database: ArgoDatabase;
  readonly folder: string;
  readonly artifacts: ArtifactFolder;
  readonly artifactKeyFormat: string;
  readonly claims: ClaimFolders;
  readonly keyed: KeyedObjects;
  readonly clock: Clock;
  /** Runs the given tick soon, never at once. */
  readonly schedule: (tick: () => void) => void;
  readonly maxParallelTasks: number;
  /** How long the news that an attempt runs may wait for other news, which then share a tick with it. */
  readonly runningNewsMs: number;
  /** Visits of one run in one tick, so that a wide fan-out lets others have the thread in between. */
  readonly visitsPerTick: number;
  readonly counters: EngineCounters;
  /** Told of the changed nodes of each object after they are durable and visible. */
  readonly onCommitted: (live: LiveWorkflow, changed: ReadonlySet<string>) => void;
  /** Called at the end of each tick. */
  readonly onTick: () => void;
  readonly onError: (error: unknown) => void;
  readonly failpoint?: (name: string) => void;
}

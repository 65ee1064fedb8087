import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import type { AttemptExit } from '../executor.js';
import type { ArtifactFolder } from '../pod/artifact-folder.js';
import { attemptId, podFolder } from '../pod/build-attempt.js';
import type { ClaimFolders } from '../pod/claim-folders.js';
import type { CollectedOutputs } from '../pod/collect-outputs.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';
import type { AttemptEvents } from './attempt-events.js';
import type { EngineCounters } from './counters.js';
import type { Effects } from './effects.js';
import type { EngineAttempts } from './engine-attempts.js';
import type { EngineOptions } from './engine-options.js';
import type { RunHost } from './run-host.js';
import type { WorkflowRun } from './workflow-run.js';

/** Of what a program prints, Argo keeps the end as its result. */
const RESULT_LIMIT = 256 * 1024;

/** What the engine gives its runs to work with. */
interface EngineParts {
  readonly attempts: EngineAttempts;
  readonly events: AttemptEvents;
  readonly effects: Effects;
  readonly schedule: () => void;
  readonly wakeAt: RunHost['wakeAt'];
}

/** The engine as its runs see it. */
export class EngineHost implements RunHost {
  readonly clock: Clock;
  readonly folder: string;
  readonly counters: EngineCounters;
  readonly artifacts: ArtifactFolder;
  readonly artifactKeyFormat: string;
  readonly claims: ClaimFolders;
  readonly keyed: KeyedObjects;
  readonly wakeAt: RunHost['wakeAt'];

  constructor(
    private readonly options: EngineOptions,
    private readonly parts: EngineParts,
  ) {
    this.clock = options.clock;
    this.folder = options.folder;
    this.counters = options.counters;
    this.artifacts = options.artifacts;
    this.artifactKeyFormat = options.artifactKeyFormat;
    this.claims = options.claims;
    this.keyed = options.keyed;
    this.wakeAt = parts.wakeAt;
  }

  requestAttempt(run: WorkflowRun, nodeId: string): void {
    this.parts.attempts.request(run, nodeId);
  }

  cancelAttempt(run: WorkflowRun, nodeId: string): void {
    this.parts.attempts.cancel(run, nodeId);
  }

  perform(run: WorkflowRun, nodeId: string, work: () => CollectedOutputs): void {
    this.parts.effects.push(() => {
      const startedAt = this.clock.now();
      const collected = work();
      const exit: AttemptExit = { reason: 'exited', exitCode: 0, startedAt, finishedAt: this.clock.now() };
      this.parts.events.onCollected(attemptId(run.uid, nodeId), exit, collected);
    });
  }

  collect(run: WorkflowRun, nodeId: string, exit: AttemptExit, work: () => Promise<CollectedOutputs>): void {
    const id = attemptId(run.uid, nodeId);
    this.counters.movingFiles += 1;
    work()
      .catch((error: unknown): CollectedOutputs => ({ outputs: {}, problem: (error as Error).message }))
      .then((collected) => {
        this.counters.movingFiles -= 1;
        this.parts.events.onCollected(id, exit, collected);
        this.parts.schedule();
      })
      .catch(this.options.onError);
  }

  async standardOutput(run: WorkflowRun, nodeId: string): Promise<string> {
    const text = await this.parts.attempts.executor.standardOutput(attemptId(run.uid, nodeId), RESULT_LIMIT);
    return text.replace(/\n$/, '');
  }

  afterCommit(effect: () => void): void {
    this.parts.effects.push(effect);
  }

  discardPod(run: WorkflowRun, nodeId: string): void {
    const folder = podFolder(this.folder, run.uid, nodeId);
    this.parts.effects.push(() => {
      // Few pods have folders of their own, and removing what is not there costs more than looking.
      if (existsSync(folder)) void rm(folder, { recursive: true, force: true }).catch(this.options.onError);
    });
  }
}

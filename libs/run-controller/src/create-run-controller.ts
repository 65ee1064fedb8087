import { randomUUID } from 'node:crypto';
import type { Workflow } from '@millrace/argo';
import type { Json, Run } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import { LABEL_SHARD, shardOf } from '@millrace/resources';
import { createWorkflow, shutDown } from './create-workflow.js';
import { RunFollowing } from './follow-runs.js';
import { WorkflowFollower } from './follow-workflow.js';
import { prepareRun, previewRun, type PrepareContext } from './prepare-run.js';
import { retryRun } from './retry-run.js';
import { workflowRefOf } from './workflow-ref.js';
import type { RunController, RunControllerOptions, RunSubmission, SubmissionPreview } from './run-controller.js';

/** The run controller over a database and a store. Call `start` once; until then it makes runs but does not follow them. */
export function createRunController(options: RunControllerOptions): RunController {
  return new DefaultRunController(options);
}

class DefaultRunController implements RunController {
  readonly #options: Required<Pick<RunControllerOptions, 'clock' | 'newId' | 'log' | 'cacheEnabled' | 'artifactUri'>> & RunControllerOptions;
  readonly #follower: WorkflowFollower;
  readonly #following: RunFollowing;

  constructor(options: RunControllerOptions) {
    this.#options = { clock: () => new Date(), newId: () => randomUUID(), log: () => undefined, cacheEnabled: true, artifactUri: inBucket, ...definedOnly(options) };
    this.#follower = new WorkflowFollower(this.#options);
    this.#following = new RunFollowing(this.#options, this.#follower);
  }

  async submit(submission: RunSubmission): Promise<Run> {
    const { database } = this.#options;
    const { run, documents: prepared, progress, warnings } = await prepareRun(submission, this.#prepareContext());
    const documents = { ...prepared, workflow: withShard(prepared.workflow as unknown as Workflow, run.id) as unknown as Json };
    for (const warning of warnings) this.#options.log('warn', warning, { run: run.id });
    this.#options.failpoint?.('submit.before');
    await database.runs.create(run, documents, progress);
    this.#options.failpoint?.('submit.stored');
    try {
      await createWorkflow(this.#options, run, documents.workflow as unknown as Workflow);
    } catch (error) {
      if (!isPermanent(error)) {
        // The run is stored; the sweeper submits it when the store answers again.
        this.#options.log('warn', 'a run was stored but could not be submitted yet', { run: run.id, error: String(error) });
        return run;
      }
      await database.runs.delete(run.id);
      throw error;
    }
    return { ...run, submitted: true };
  }

  preview(submission: RunSubmission): Promise<SubmissionPreview> {
    return previewRun(submission, this.#prepareContext());
  }

  async terminate(runId: string): Promise<void> {
    const { database, store, clock } = this.#options;
    const run = await database.runs.get(runId);
    const moved = await database.runs.transition(runId, { from: ['PENDING', 'RUNNING', 'PAUSED'], to: 'CANCELING', at: clock(), appendHistory: false });
    if (!moved) {
      throw new PipelineError('FAILED_PRECONDITION', `Failed to terminate run ${runId}. Error: run is ${run.state}; only a pending, running or paused run can be terminated. Row not found`);
    }
    this.#follower.forget(runId);
    this.#options.failpoint?.('terminate.recorded');
    const workflow = await shutDown(store, run).catch(async (error: unknown) => {
      // Nobody may be told that it is ending, nor be kept from asking again. Should this fail too, the next start ends it.
      await database.runs.transition(runId, { from: ['CANCELING'], to: run.state, at: clock(), appendHistory: false }).catch(() => undefined);
      throw error;
    });
    if (workflow === undefined) await database.runs.transition(runId, { from: ['CANCELING'], to: 'CANCELED', at: clock(), appendHistory: true });
  }

  async retry(runId: string): Promise<void> {
    this.#follower.forget(runId);
    await retryRun(this.#options, runId);
  }

  async delete(runId: string): Promise<void> {
    const { database, store, objects, log } = this.#options;
    const run = await database.runs.get(runId);
    try {
      await store.delete('Workflow', workflowRefOf(run));
    } catch (error) {
      if (!isPipelineError(error) || error.code !== 'NOT_FOUND') throw error;
    }
    this.#follower.forget(runId);
    this.#options.failpoint?.('delete.workflow-gone');
    const orphans = await database.runs.delete(runId);
    this.#options.failpoint?.('delete.rows-gone');
    for (const uri of orphans) {
      if (!objects.accepts(uri)) continue;
      await objects.delete(uri).catch((error: unknown) => log('warn', 'an artifact of a deleted run could not be removed', { uri, error: String(error) }));
    }
  }

  start(): Promise<void> {
    return this.#following.start();
  }

  close(): Promise<void> {
    return this.#following.close();
  }

  get waitingForMs(): number {
    return this.#following.waitingForMs;
  }

  get backlog(): number {
    return this.#following.backlog;
  }

  #prepareContext(): PrepareContext {
    return { ...this.#options, now: this.#options.clock() };
  }
}

/** Without a bucket an artifact is in a place that only Argo's settings tell. */
function inBucket({ bucket, key }: { readonly bucket?: string; readonly key: string }): string | undefined {
  return bucket === undefined ? undefined : `s3://${bucket}/${key}`;
}

/** So that a replica is told only of the runs that are its own. */
function withShard(workflow: Workflow, runId: string): Workflow {
  return { ...workflow, metadata: { ...workflow.metadata, labels: { ...workflow.metadata.labels, [LABEL_SHARD]: String(shardOf(runId)) } } };
}

function isPermanent(error: unknown): boolean {
  return isPipelineError(error) && error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL';
}

function definedOnly<Object extends object>(object: Object): Object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Object;
}

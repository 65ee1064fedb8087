import { randomUUID } from 'node:crypto';
import { LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import type { Run } from '@millrace/database';
import { PipelineError, isPipelineError } from '@millrace/errors';
import { patchCurrent, startReconciler, type Reconciler, type Resource } from '@millrace/resources';
import { WorkflowFollower } from './follow-workflow.js';
import { prepareRun, previewRun, type PrepareContext } from './prepare-run.js';
import { workflowRefOf } from './workflow-ref.js';
import type { RunController, RunControllerOptions, RunSubmission, SubmissionPreview } from './run-controller.js';

/** The run controller over a database and a store. Call `start` once; until then it makes runs but does not follow them. */
export function createRunController(options: RunControllerOptions): RunController {
  return new DefaultRunController(options);
}

class DefaultRunController implements RunController {
  readonly #options: Required<Pick<RunControllerOptions, 'clock' | 'newId' | 'log' | 'cacheEnabled' | 'artifactUri'>> & RunControllerOptions;
  readonly #follower: WorkflowFollower;
  #reconciler: Reconciler | undefined;

  constructor(options: RunControllerOptions) {
    this.#options = { clock: () => new Date(), newId: () => randomUUID(), log: () => undefined, cacheEnabled: true, artifactUri: inBucket, ...definedOnly(options) };
    this.#follower = new WorkflowFollower(this.#options);
  }

  async submit(submission: RunSubmission): Promise<Run> {
    const { database } = this.#options;
    const { run, documents, progress } = await prepareRun(submission, this.#prepareContext());
    this.#options.failpoint?.('submit.before');
    await database.runs.create(run, documents, progress);
    this.#options.failpoint?.('submit.stored');
    try {
      await this.#createWorkflow(run, documents.workflow as unknown as Workflow);
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
    const { database, clock } = this.#options;
    const run = await database.runs.get(runId);
    const moved = await database.runs.transition(runId, { from: ['PENDING', 'RUNNING', 'PAUSED'], to: 'CANCELING', at: clock(), appendHistory: false });
    if (!moved) {
      throw new PipelineError('FAILED_PRECONDITION', `Failed to terminate run ${runId}. Error: run is ${run.state}; only a pending, running or paused run can be terminated. Row not found`);
    }
    this.#follower.forget(runId);
    this.#options.failpoint?.('terminate.recorded');
    const workflow = await this.#shutDown(run).catch(async (error: unknown) => {
      // Nobody may be told that it is ending, nor be kept from asking again. Should this fail too, the next start ends it.
      await database.runs.transition(runId, { from: ['CANCELING'], to: run.state, at: clock(), appendHistory: false }).catch(() => undefined);
      throw error;
    });
    if (workflow === undefined) await database.runs.transition(runId, { from: ['CANCELING'], to: 'CANCELED', at: clock(), appendHistory: true });
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

  async start(): Promise<void> {
    const { store, log } = this.#options;
    await this.#sweep();
    this.#reconciler = startReconciler({
      store,
      kind: 'Workflow',
      reconcile: (workflow, changedNodes) => this.#follower.follow(workflow, changedNodes),
      onError: (error, workflow, failures) => log('error', 'a Workflow could not be followed; it is tried again', { workflow: workflow.metadata.name, failures, error: describe(error) }),
    });
  }

  async close(): Promise<void> {
    await this.#reconciler?.close();
    this.#reconciler = undefined;
  }

  #shutDown(run: Run): Promise<Resource<Workflow> | undefined> {
    return patchCurrent(this.#options.store, { kind: 'Workflow', ref: workflowRefOf(run) }, (current) => (current.spec.shutdown ? undefined : { spec: { shutdown: 'Terminate' } }));
  }

  /** What a crash left between two writes: runs without a Workflow, runs whose Workflow is gone, and ones whose end is noted there only. */
  async #sweep(): Promise<void> {
    const { database, store, clock, log } = this.#options;
    for (const run of await database.runs.listUnfinished()) {
      try {
        if (run.submitted) {
          const workflow = await store.get('Workflow', workflowRefOf(run));
          if (workflow !== undefined) {
            if (run.state === 'CANCELING') await this.#shutDown(run);
            await this.#follower.catchUp(workflow);
            continue;
          }
          const error = `Its Workflow ${run.workflowName} is gone; run it again.`;
          await database.runs.record({ runId: run.id, at: clock(), run: { state: run.state === 'CANCELING' ? 'CANCELED' : 'FAILED', error, finishedAt: clock() } });
        } else if (run.state === 'CANCELING') {
          await database.runs.transition(run.id, { from: ['CANCELING'], to: 'CANCELED', at: clock(), appendHistory: true });
        } else {
          const { workflow } = await database.runs.getDocuments(run.id);
          await this.#createWorkflow(run, workflow as unknown as Workflow);
        }
      } catch (error) {
        log('error', 'an unfinished run could not be taken up', { run: run.id, error: describe(error) });
      }
    }
  }

  async #createWorkflow(run: Run, workflow: Workflow): Promise<void> {
    const { database, store, clock, failpoint } = this.#options;
    try {
      await store.create('Workflow', workflow);
      failpoint?.('submit.created');
    } catch (error) {
      const existing = isPipelineError(error) && error.code === 'ALREADY_EXISTS' ? await store.get('Workflow', workflowRefOf(run)) : undefined;
      if (existing?.metadata.labels?.[LABEL_RUN_ID] !== run.id) throw error;
    }
    await database.runs.record({ runId: run.id, at: clock(), run: { submitted: true } });
  }

  #prepareContext(): PrepareContext {
    return { ...this.#options, now: this.#options.clock() };
  }
}

/** Without a bucket an artifact is in a place that only Argo's settings tell. */
function inBucket({ bucket, key }: { readonly bucket?: string; readonly key: string }): string | undefined {
  return bucket === undefined ? undefined : `s3://${bucket}/${key}`;
}

function isPermanent(error: unknown): boolean {
  return isPipelineError(error) && error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL';
}

function describe(error: unknown): string {
  return error instanceof Error ? (isPipelineError(error) ? error.message : (error.stack ?? error.message)) : String(error);
}

function definedOnly<Object extends object>(object: Object): Object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Object;
}

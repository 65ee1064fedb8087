import type { Workflow } from '@millrace/argo';
import type { Run } from '@millrace/database';
import { describeError } from '@millrace/errors';
import { createWorkflow, shutDown, type WorkflowContext } from './create-workflow.js';
import type { WorkflowFollower } from './follow-workflow.js';
import { retriesOf } from './retry-rows.js';
import { takeUp, type RetryContext } from './retry-run.js';
import { workflowRefOf } from './workflow-ref.js';

export interface SweepContext extends WorkflowContext, Pick<RetryContext, 'attempts'> {
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

/**
 * Mends what a crash left between two writes in the unfinished runs that are chosen: runs without a Workflow, runs whose Workflow is gone, runs that
 * are to end, and ones whose end is noted in their Workflow only.
 */
export async function sweepRuns(context: SweepContext, follower: WorkflowFollower, chosen: (run: Run) => boolean): Promise<void> {
  for (const run of await context.database.runs.listUnfinished()) {
    if (!chosen(run)) continue;
    try {
      await mendRun(context, follower, run);
    } catch (error) {
      context.log('error', 'an unfinished run could not be taken up', { run: run.id, error: describeError(error) });
    }
  }
}

async function mendRun(context: SweepContext, follower: WorkflowFollower, run: Run): Promise<void> {
  const { database, store, clock } = context;
  if (!run.submitted && retriesOf(run) > 0) {
    const workflow = await takeUp(context, run);
    if (workflow !== undefined) await follower.catchUp(workflow);
    else if ((await store.get('Workflow', workflowRefOf(run))) === undefined) await noteLost(context, run);
  } else if (run.submitted) {
    const workflow = await store.get('Workflow', workflowRefOf(run));
    if (workflow === undefined) return noteLost(context, run);
    if (run.state === 'CANCELING') await shutDown(store, run);
    await follower.catchUp(workflow);
  } else if (run.state === 'CANCELING') {
    await database.runs.transition(run.id, { from: ['CANCELING'], to: 'CANCELED', at: clock(), appendHistory: true });
  } else {
    const { workflow } = await database.runs.getDocuments(run.id);
    await createWorkflow(context, run, workflow as unknown as Workflow);
  }
}

/** Ends a run whose Workflow is gone before it was over. */
export async function noteLost({ database, clock }: Pick<SweepContext, 'database' | 'clock'>, run: Run): Promise<void> {
  const error = `Its Workflow ${run.workflowName} is gone; run it again.`;
  await database.runs.record({ runId: run.id, at: clock(), run: { state: run.state === 'CANCELING' ? 'CANCELED' : 'FAILED', error, finishedAt: clock() } });
}

import { LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import type { Database, Run } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import { patchCurrent, type Resource, type ResourceStore } from '@millrace/resources';
import { workflowRefOf } from './workflow-ref.js';

export interface WorkflowContext {
  readonly database: Database;
  readonly store: ResourceStore;
  readonly clock: () => Date;
  readonly failpoint?: (name: string) => void;
}

/** Gives a stored run its Workflow and notes that it has one. Whoever else does the same at the same time does no harm. */
export async function createWorkflow({ database, store, clock, failpoint }: WorkflowContext, run: Run, workflow: Workflow): Promise<void> {
  try {
    await store.create('Workflow', workflow);
    failpoint?.('submit.created');
  } catch (error) {
    const existing = isPipelineError(error) && error.code === 'ALREADY_EXISTS' ? await store.get('Workflow', workflowRefOf(run)) : undefined;
    if (existing?.metadata.labels?.[LABEL_RUN_ID] !== run.id) throw error;
  }
  await database.runs.record({ runId: run.id, at: clock(), run: { submitted: true } });
}

/** Asks the engine to end what runs; undefined when there is no Workflow. */
export function shutDown(store: ResourceStore, run: Run): Promise<Resource<Workflow> | undefined> {
  return patchCurrent(store, { kind: 'Workflow', ref: workflowRefOf(run) }, (current) => (current.spec.shutdown ? undefined : { spec: { shutdown: 'Terminate' } }));
}

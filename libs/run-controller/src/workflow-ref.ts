import type { Run } from '@millrace/database';
import type { ResourceRef } from '@millrace/resources';

/** The Workflow of a run. */
export function workflowRefOf(run: Pick<Run, 'namespace' | 'workflowName'>): ResourceRef {
  return { namespace: run.namespace, name: run.workflowName };
}

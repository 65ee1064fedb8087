import type { Run } from '@millrace/database';
import type { ResourceRef } from '@millrace/resources';

/** Kubernetes wants a namespace where KFP's API, for one user, has none. KFP's own name for it. */
const SINGLE_USER_NAMESPACE = 'kubeflow';

/** Namespace of the Workflows of runs in an API namespace. */
export function workflowNamespace(namespace: string): string {
  return namespace === '' ? SINGLE_USER_NAMESPACE : namespace;
}

/** The Workflow of a run. */
export function workflowRefOf(run: Pick<Run, 'namespace' | 'workflowName'>): ResourceRef {
  return { namespace: workflowNamespace(run.namespace), name: run.workflowName };
}

import type { NodeStatus, Workflow, WorkflowStatus } from '@millrace/argo';
import type { Resource } from '@millrace/resources';
import type { ArgoDatabase, StoredHead } from './argo-database.js';

/** An object that nobody runs: its spec and nodes are read from the database when somebody looks at them. */
export function storedWorkflow({ uid, metadata, status }: StoredHead, database: ArgoDatabase): Resource<Workflow> {
  let spec: Workflow['spec'] | undefined;
  let nodes: Record<string, NodeStatus> | undefined;
  const lazyStatus = {
    ...status,
    get nodes() {
      return (nodes ??= database.nodes(uid));
    },
  } satisfies WorkflowStatus;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata,
    get spec() {
      // An object that was deleted since has no spec any more.
      return (spec ??= database.spec(uid) ?? {});
    },
    status: lazyStatus,
  };
}

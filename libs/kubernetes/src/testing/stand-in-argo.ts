import type { NodeStatus, Workflow } from '@millrace/argo';
import { startReconciler, type Resource } from '@millrace/resources';
import type { KubeClient } from '../kube-client.js';
import { KubernetesResourceStore } from '../kubernetes-resource-store.js';
import { objectPath } from '../resource-kinds.js';

/**
 * As much of an engine as the contract of a store needs: opens the one gate of a Workflow, ends it when the gate is answered or a
 * shutdown is asked for. Writes as Argo does, whole objects guarded by their version.
 */
export function startStandInArgo(client: KubeClient, namespace: string, { answerAfterMs }: { /** Answers gates itself. @default never */ readonly answerAfterMs?: () => number } = {}): { close(): Promise<void> } {
  const store = new KubernetesResourceStore({ client });
  const reconciler = startReconciler({
    store,
    kind: 'Workflow',
    selector: { namespace },
    backoff: { baseMs: 20, maxMs: 200 },
    onError: () => undefined,
    async reconcile(workflow) {
      const now = new Date();
      const openFor = now.getTime() - Date.parse(gateOf(workflow)?.startedAt ?? now.toISOString());
      const answers = answerAfterMs !== undefined && openFor >= answerAfterMs();
      const status = nextStatus(answers ? answered(workflow) : workflow);
      if (status === undefined) return answerAfterMs !== undefined && gateOf(workflow)?.phase === 'Running' ? { requeueAfterMs: 250 } : undefined;
      const { name } = workflow.metadata;
      return void (await client.json({ method: 'PUT', path: objectPath('Workflow', { namespace, name }), body: { ...workflow, status } }));
    },
  });
  return {
    async close() {
      await reconciler.close();
      store.close();
    },
  };
}

const gateOf = ({ metadata, status }: Resource<Workflow>) => status?.nodes?.[`${metadata.name}-gate`];

function answered(workflow: Resource<Workflow>): Resource<Workflow> {
  const gate = gateOf(workflow);
  return gate === undefined ? workflow : { ...workflow, status: { ...workflow.status, nodes: { ...workflow.status?.nodes, [gate.id]: { ...gate, phase: 'Succeeded' } } } };
}

function nextStatus({ metadata, spec, status }: Resource<Workflow>): Workflow['status'] | undefined {
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z');
  const id = `${metadata.name}-gate`;
  if (status?.phase === undefined) {
    const gate: NodeStatus = { id, name: `${metadata.name}.gate`, displayName: 'gate', type: 'Suspend', templateName: 'gate', phase: 'Running', startedAt: now } as NodeStatus;
    return { phase: 'Running', startedAt: now, nodes: { [id]: gate } } as Workflow['status'];
  }
  if (status.phase !== 'Running') return undefined;
  const gate = status.nodes?.[id];
  if (gate?.phase === 'Succeeded') return { ...status, phase: 'Succeeded', finishedAt: now };
  if (spec.shutdown) return { ...status, phase: 'Failed', finishedAt: now, nodes: { ...status.nodes, [id]: { ...gate!, phase: 'Failed' } } };
  return undefined;
}

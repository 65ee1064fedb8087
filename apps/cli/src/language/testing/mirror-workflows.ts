import type { NodeStatus, Workflow } from '@millrace/argo';
import { isPipelineError } from '@millrace/errors';
import { patchCurrent, startReconciler, type Resource, type ResourceStore } from '@millrace/resources';

export interface MirrorOptions {
  /** Where Workflows are created and answered. */
  readonly outside: ResourceStore;
  /** Where they are run. */
  readonly engine: ResourceStore;
  readonly namespace: string;
  /** Writes a whole object, guarded by its version, as an engine does. */
  readonly replace: (workflow: Resource<Workflow>) => Promise<unknown>;
}

/**
 * Lets the engine of one store run the Workflows of another: what is created, answered, stopped or deleted outside happens in the engine, and what the
 * engine makes of it is written outside.
 */
export function mirrorWorkflows({ outside, engine, namespace, replace }: MirrorOptions): { close(): Promise<void> } {
  const backoff = { baseMs: 20, maxMs: 500 };
  const common = { kind: 'Workflow', selector: { namespace }, backoff, onError: () => undefined } as const;
  const inwards = startReconciler({
    ...common,
    store: outside,
    async reconcile({ metadata: { name, labels, annotations }, spec, status }) {
      const ref = { namespace, name };
      if ((await engine.get('Workflow', ref)) === undefined) {
        await engine.create('Workflow', { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name, namespace, ...(labels && { labels: { ...labels } }), ...(annotations && { annotations: { ...annotations } }) }, spec } as Workflow);
        return;
      }
      await patchCurrent(engine, { kind: 'Workflow', ref }, (current) => {
        const answers = Object.entries(status?.nodes ?? {}).flatMap(([id, node]) => (isAnswered(node, current.status?.nodes?.[id]) ? [[id, answerOf(node)] as const] : []));
        const shutdown = spec.shutdown !== undefined && current.spec.shutdown === undefined ? { spec: { shutdown: spec.shutdown } } : {};
        return answers.length === 0 && shutdown.spec === undefined ? undefined : { ...shutdown, ...(answers.length > 0 && { status: { nodes: Object.fromEntries(answers) } }) };
      });
    },
    deleted: ({ metadata: { name } }) => engine.delete('Workflow', { namespace, name }).catch(ignoreMissing),
  });
  const outwards = startReconciler({
    ...common,
    store: engine,
    async reconcile({ metadata: { name }, status }) {
      const current = await outside.get('Workflow', { namespace, name });
      if (current === undefined || status?.phase === undefined) return;
      // An answer that has not come in yet is not taken back.
      const kept = Object.entries(current.status?.nodes ?? {}).filter(([id, node]) => isAnswered(node, status.nodes?.[id]));
      await replace({ ...current, status: { ...status, nodes: { ...status.nodes, ...Object.fromEntries(kept) } } });
    },
  });
  return {
    async close() {
      await inwards.close();
      await outwards.close();
    },
  };
}

function isAnswered(outside: NodeStatus, inside: NodeStatus | undefined): boolean {
  return outside.type === 'Suspend' && outside.phase !== 'Running' && inside?.type === 'Suspend' && inside.phase === 'Running';
}

function answerOf({ phase, message, outputs, finishedAt }: NodeStatus): Partial<NodeStatus> {
  return { phase, ...(message !== undefined && { message }), ...(outputs !== undefined && { outputs }), ...(finishedAt !== undefined && { finishedAt }) };
}

function ignoreMissing(error: unknown): void {
  if (!isPipelineError(error) || error.code !== 'NOT_FOUND') throw error;
}

import { isDeepStrictEqual } from 'node:util';
import { isWorkflowCompleted, type NodeStatus, type Workflow } from '@millrace/argo';
import { openEmbeddedArgo, type EmbeddedArgo, type EmbeddedArgoOptions } from '@millrace/embedded-argo';
import { isPipelineError } from '@millrace/errors';
import { KubernetesResourceStore, type KubeClient } from '@millrace/kubernetes';
import { startReconciler, type Resource, type ResourcePatch, type ResourceRef } from '@millrace/resources';

export interface EmbeddedArgoOnClusterOptions extends Pick<EmbeddedArgoOptions, 'folder' | 'executor'> {
  readonly client: KubeClient;
  readonly namespace: string;
}

/**
 * Embedded Argo as the controller of an API server's Workflows: each is run by its engine, whose state is written back as Argo writes, whole objects guarded by
 * their version; what others patch (answers of gates, a shutdown) goes the other way. Attempts take the place of pods.
 */
export async function startEmbeddedArgoOn({ client, namespace, folder, executor }: EmbeddedArgoOnClusterOptions): Promise<{ close(): Promise<void> }> {
  const store = new KubernetesResourceStore({ client });
  const argo = await openEmbeddedArgo({ folder, executor });
  const reconciler = startReconciler({
    store,
    kind: 'Workflow',
    selector: { namespace },
    backoff: { baseMs: 20, maxMs: 500 },
    // A conflict: both sides are read again.
    onError: () => undefined,
    reconcile: async ({ metadata: { name } }) => {
      const current = await store.get('Workflow', { namespace, name });
      if (current !== undefined) await bringTogether(argo, client, current);
    },
    deleted: ({ metadata: { name } }) => forget(argo, { namespace, name }),
  });
  const watch = argo.store.watch('Workflow', {}, ({ object: { metadata } }) => reconciler.look(metadata));
  return {
    async close() {
      watch.close();
      await reconciler.close();
      await argo.close();
      store.close();
    },
  };
}

async function bringTogether({ store: engine }: EmbeddedArgo, client: KubeClient, theirs: Resource<Workflow>): Promise<void> {
  const { namespace, name, labels, annotations } = theirs.metadata;
  const ours = await engine.get('Workflow', { namespace, name });
  if (ours === undefined) {
    if (!isWorkflowCompleted(theirs.status?.phase)) await engine.create('Workflow', { metadata: { namespace, name, labels, annotations }, spec: theirs.spec });
    return;
  }
  const patch = changesOfOthers(ours, theirs);
  const { status } = patch === undefined ? ours : await engine.patch('Workflow', { namespace, name }, patch);
  const written = JSON.parse(JSON.stringify(status ?? {})) as Workflow['status'];
  if (written?.phase === undefined || isDeepStrictEqual(written, theirs.status)) return;
  const body = { ...theirs, status: written, metadata: { ...theirs.metadata, labels: { ...labels, 'workflows.argoproj.io/phase': written.phase, 'workflows.argoproj.io/completed': String(isWorkflowCompleted(written.phase)) } } };
  await client.json({ method: 'PUT', path: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/${name}`, body });
}

/** Answers of gates that the engine holds open, and a shutdown that it does not know. */
function changesOfOthers(ours: Resource<Workflow>, theirs: Resource<Workflow>): ResourcePatch | undefined {
  const open = Object.values(ours.status?.nodes ?? {}).filter(({ type, phase }) => type === 'Suspend' && phase === 'Running');
  const answered = open.flatMap(({ id }) => {
    const node = theirs.status?.nodes?.[id];
    return node === undefined || node.phase === 'Running' ? [] : [[id, answerOf(node)] as const];
  });
  const { shutdown } = theirs.spec;
  const ends = shutdown !== undefined && ours.spec.shutdown === undefined && !isWorkflowCompleted(ours.status?.phase);
  if (answered.length === 0 && !ends) return undefined;
  return { metadata: { resourceVersion: ours.metadata.resourceVersion }, ...(ends && { spec: { shutdown } }), ...(answered.length > 0 && { status: { nodes: Object.fromEntries(answered) } }) };
}

function answerOf({ phase, message, outputs, finishedAt }: NodeStatus): Partial<NodeStatus> {
  return JSON.parse(JSON.stringify({ phase, message, outputs, finishedAt })) as Partial<NodeStatus>;
}

async function forget({ store }: EmbeddedArgo, ref: ResourceRef): Promise<void> {
  await store.delete('Workflow', ref).catch((error: unknown) => {
    if (!(isPipelineError(error) && error.code === 'NOT_FOUND')) throw error;
  });
}

import { isPipelineError } from '@millrace/errors';
import type { KubeClient } from './kube-client.js';
import { pagesOf } from './list-pages.js';

const PAGE_SIZE = 500;

export interface PodMeta {
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where pods are listed; one of them is below. */
export function podsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

/** The node that Argo made a pod for: how Argo names pods depends on its settings. */
export function nodeIdOf({ metadata }: { readonly metadata: PodMeta }): string | undefined {
  return metadata.annotations?.['workflows.argoproj.io/node-id'];
}

/** The pods of a Workflow, read as far as they are asked for. */
export async function* podsOfWorkflow<Pod>(client: Pick<KubeClient, 'json'>, namespace: string, workflow: string): AsyncIterable<Pod> {
  const query = { labelSelector: `workflows.argoproj.io/workflow=${workflow}`, limit: PAGE_SIZE };
  for await (const { items } of pagesOf<Pod>(client, { path: podsPath(namespace), query })) yield* items;
}

/** Deletes this very pod; one that is gone, or another by its name, is left as it is. */
export async function deletePod(client: Pick<KubeClient, 'json'>, namespace: string, { name, uid }: { readonly name: string; readonly uid: string }): Promise<void> {
  try {
    await client.json({ method: 'DELETE', path: `${podsPath(namespace)}/${encodeURIComponent(name)}`, body: { preconditions: { uid } } });
  } catch (error) {
    if (!isPipelineError(error) || (error.code !== 'NOT_FOUND' && error.code !== 'ABORTED' && error.code !== 'ALREADY_EXISTS')) throw error;
  }
}

import { LABEL_PERSISTED, type Workflow } from '@millrace/argo';
import { isPipelineError } from '@millrace/errors';
import { LABEL_SHARD } from '@millrace/resources';
import type { KubeClient } from './kube-client.js';
import { pagesOf } from './list-pages.js';
import { collectionPath, objectPath } from './resource-kinds.js';

export interface ExpireOptions {
  readonly client: KubeClient;
  /** In all when absent. */
  readonly namespace: string | undefined;
  /** Only those that ended before. */
  readonly before: Date;
  /** Only those in these shards. */
  readonly shards: readonly number[];
}

interface Listed {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly creationTimestamp: string };
}

const PAGE = 500;
/** A Workflow may have a megabyte, and all of them do stay for days: of most, only when they were made is asked. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/**
 * Deletes Workflows, and with them their pods, that are over for long and of which everything is stored. One that is taken up again meanwhile stays.
 * Returns how many.
 */
export async function expireWorkflows({ client, namespace, before, shards }: ExpireOptions): Promise<number> {
  if (shards.length === 0) return 0;
  const labelSelector = `${LABEL_PERSISTED}=true,${LABEL_SHARD} in (${shards.join(',')})`;
  let expired = 0;
  for await (const { items } of pagesOf<Listed>(client, { path: collectionPath('Workflow', namespace), query: { labelSelector, limit: PAGE }, accept: METADATA_ONLY })) {
    for (const { metadata } of items) {
      // It cannot have ended before it was made.
      if (Date.parse(metadata.creationTimestamp) < before.getTime() && (await expire(client, metadata, before))) expired += 1;
    }
  }
  return expired;
}

async function expire(client: KubeClient, ref: { readonly namespace: string; readonly name: string }, before: Date): Promise<boolean> {
  try {
    const { metadata, status } = await client.json<Workflow & { readonly metadata: { readonly resourceVersion: string } }>({ path: objectPath('Workflow', ref) });
    const ended = Date.parse(status?.finishedAt ?? '');
    if (metadata.labels?.[LABEL_PERSISTED] !== 'true' || !(ended < before.getTime())) return false;
    await client.json({ method: 'DELETE', path: objectPath('Workflow', ref), query: { propagationPolicy: 'Background' }, body: { preconditions: { resourceVersion: metadata.resourceVersion } } });
    return true;
  } catch (error) {
    // Somebody deleted it, or changed it: the next look tells.
    if (isPipelineError(error) && (error.code === 'NOT_FOUND' || error.code === 'ABORTED')) return false;
    throw error;
  }
}

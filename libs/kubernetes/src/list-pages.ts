import type { ListOptions, ResourceKind } from '@millrace/resources';
import type { KubeClient } from './kube-client.js';
import { collectionPath } from './resource-kinds.js';
import type { StoredObject } from './stored-object.js';

/** A Workflow can have a megabyte. */
const PAGE_SIZE = 100;

export interface ObjectPage {
  readonly items: readonly StoredObject[];
  /** The version of all pages together: a watch goes on from here. */
  readonly resourceVersion: string;
}

interface ObjectList {
  readonly items?: readonly StoredObject[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** Labels as the API server takes them. */
export function labelSelector({ labels = {}, withoutLabels = [] }: ListOptions): string | undefined {
  const terms = [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), ...withoutLabels.map((key) => `!${key}`)];
  return terms.length === 0 ? undefined : terms.join(',');
}

/** All objects of one moment, page by page. ExpiredError when reading took so long that the moment is forgotten. */
export async function* listPages(client: KubeClient, kind: ResourceKind, options: ListOptions, signal?: AbortSignal): AsyncIterable<ObjectPage> {
  let next: string | undefined;
  do {
    const { items, metadata } = await client.json<ObjectList>({
      path: collectionPath(kind, options.namespace),
      query: { labelSelector: labelSelector(options), limit: PAGE_SIZE, continue: next },
      signal,
    });
    yield { items: items ?? [], resourceVersion: metadata.resourceVersion };
    next = metadata.continue || undefined;
  } while (next !== undefined);
}

import type { ListOptions, ResourceKind } from '@millrace/resources';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { collectionPath } from './resource-kinds.js';
import type { StoredObject } from './stored-object.js';

/** A Workflow can have a megabyte. */
const PAGE_SIZE = 100;

export interface ObjectPage {
  readonly items: readonly StoredObject[];
  /** The version of all pages together: a watch goes on from here. */
  readonly resourceVersion: string;
}

interface ListAnswer<Item> {
  readonly items?: readonly Item[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** Labels as the API server takes them. */
export function labelSelector({ labels = {}, withoutLabels = [] }: ListOptions): string | undefined {
  const terms = [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), ...withoutLabels.map((key) => `!${key}`)];
  return terms.length === 0 ? undefined : terms.join(',');
}

/** What a list holds at one moment, page by page of `query.limit`. ExpiredError when reading took so long that the moment is forgotten. */
export async function* pagesOf<Item>(client: Pick<KubeClient, 'json'>, request: KubeRequest): AsyncIterable<{ readonly items: readonly Item[]; readonly resourceVersion: string }> {
  let next: string | undefined;
  do {
    const { items, metadata } = await client.json<ListAnswer<Item>>({ ...request, query: { ...request.query, continue: next } });
    yield { items: items ?? [], resourceVersion: metadata.resourceVersion };
    next = metadata.continue || undefined;
  } while (next !== undefined);
}

/** All objects of a kind, as `pagesOf`. */
export function listPages(client: KubeClient, kind: ResourceKind, options: ListOptions, signal?: AbortSignal): AsyncIterable<ObjectPage> {
  return pagesOf(client, { path: collectionPath(kind, options.namespace), query: { labelSelector: labelSelector(options), limit: PAGE_SIZE }, ...(signal && { signal }) });
}

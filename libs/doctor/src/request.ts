import { isPipelineError } from '@millrace/errors';
import type { KubeClient, KubeRequest } from '@millrace/kubernetes';

/** The answer; undefined when there is no such object, or no such kind of objects. */
export async function findOne<Answer>(client: KubeClient, request: KubeRequest): Promise<Answer | undefined> {
  try {
    return await client.json<Answer>(request);
  } catch (error) {
    if (isPipelineError(error) && (error.code === 'NOT_FOUND' || error.code === 'FAILED_PRECONDITION')) return undefined;
    throw error;
  }
}

/** What a list holds; none where there is no such kind of objects. */
export async function listAll<Item>(client: KubeClient, path: string, query: KubeRequest['query'] = {}): Promise<readonly Item[]> {
  return (await findOne<{ readonly items?: readonly Item[] }>(client, { path, query }))?.items ?? [];
}

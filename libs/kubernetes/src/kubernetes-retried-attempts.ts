import { setTimeout as sleep } from 'node:timers/promises';
import { keptAttemptId } from '@millrace/argo';
import { PipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';
import type { KubeClient } from './kube-client.js';
import { deletePod, nodeIdOf, podsOfWorkflow, type PodMeta } from './pods.js';

export interface KubernetesRetriedAttemptsOptions {
  readonly client: KubeClient;
  readonly objects: Pick<ObjectStore, 'stat' | 'copy' | 'delete'>;
  /** How long pods may take to go. @default 60 s */
  readonly patienceMs?: number;
}

interface Pod {
  readonly metadata: PodMeta & { readonly uid: string; readonly creationTimestamp: string };
}

const POLL_MS = 250;
const AT_ONCE = 10;

/** What attempts left that a retry makes again: Argo would take their pods for the new ones, and the new ones write logs and outputs to the same places. */
export class KubernetesRetriedAttempts {
  constructor(private readonly options: KubernetesRetriedAttemptsOptions) {}

  /** Only pods from before `endedAt` go: another process may have brought the retry further already. */
  async setAside(
    { namespace, name, artifactRoot, taskRoots, endedAt }: { readonly namespace: string; readonly name: string; readonly artifactRoot: string; readonly taskRoots: readonly string[]; readonly endedAt: Date },
    nodeIds: readonly string[],
    retry: number,
  ): Promise<void> {
    const wanted = new Set(nodeIds);
    const isTheirs = (pod: Pod): boolean => wanted.has(nodeIdOf(pod) ?? '') && Date.parse(pod.metadata.creationTimestamp) <= endedAt.getTime();
    const theirs = async (): Promise<Pod[]> => {
      const found: Pod[] = [];
      for await (const pod of podsOfWorkflow<Pod>(this.options.client, namespace, name)) if (isTheirs(pod)) found.push(pod);
      return found;
    };
    // Before the pods go, because whoever finds none may have new ones made.
    await mapAtMost(AT_ONCE, taskRoots, (root) => this.options.objects.delete(root));
    let left = await theirs();
    await mapAtMost(AT_ONCE, left, async (pod) => {
      if (artifactRoot !== '') await this.#keepLog(`${artifactRoot}/.logs`, pod.metadata.name, retry);
      await deletePod(this.options.client, namespace, pod.metadata);
    });
    const until = Date.now() + (this.options.patienceMs ?? 60_000);
    while (left.length > 0) {
      left = await theirs();
      if (left.length === 0) return;
      if (Date.now() > until) throw new PipelineError('UNAVAILABLE', `Pod "${left[0]!.metadata.name}" of the try before does not go; the retry goes on when it is gone.`);
      await sleep(POLL_MS);
    }
  }

  async #keepLog(folder: string, podName: string, retry: number): Promise<void> {
    const { objects } = this.options;
    const from = `${folder}/${podName}/main.log`;
    if (objects.copy === undefined || (await objects.stat(from)) === undefined) return;
    await objects.copy(from, `${folder}/${keptAttemptId(podName, retry)}/main.log`);
    // Else it would be taken for the new attempt's as soon as that ends.
    await objects.delete(from);
  }
}

async function mapAtMost<Item>(atOnce: number, items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) await Promise.all(items.slice(start, start + atOnce).map(work));
}

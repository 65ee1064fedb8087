import { isPipelineError } from '@millrace/errors';
import type { KubeClient } from './kube-client.js';
import { deletePod, nodeIdOf, podsPath, type PodMeta } from './pods.js';
import { PodWarnings } from './pod-warnings.js';

interface AttemptRef {
  readonly namespace: string;
  readonly workflow: string;
  readonly nodeId: string;
  readonly templateName: string;
}

interface Ended {
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
  readonly exitCode?: number;
  readonly message?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly terminated?: Ended; readonly running?: { readonly startedAt?: string | null }; readonly waiting?: object };
  readonly lastState?: { readonly terminated?: Ended };
}

interface Pod {
  readonly metadata: PodMeta & { readonly uid: string };
  readonly status?: { readonly containerStatuses?: readonly ContainerStatus[] };
}

const DONE = 'workflows.argoproj.io/report-outputs-completed';
const MAX_PREFIX = 242;
const MAX_REASON = 500;

/** Pods of attempts, one request for each that is asked for, and one for the warnings of a whole namespace. */
export class KubernetesAttemptPods {
  readonly #warnings: PodWarnings;

  constructor(private readonly client: KubeClient) {
    this.#warnings = new PodWarnings(client);
  }

  /** Of the main container; Kubernetes tells whole seconds. */
  async timesOf(attempt: AttemptRef): Promise<{ readonly startedAt: Date; readonly finishedAt?: Date } | undefined> {
    const pod = await this.#find(attempt);
    const state = pod?.status?.containerStatuses?.find(({ name }) => name === 'main')?.state;
    const { startedAt, finishedAt } = state?.terminated ?? { ...state?.running, finishedAt: undefined };
    // A container that was never started has a time of 1970, or none.
    if (!startedAt || Date.parse(startedAt) <= 0) return undefined;
    return { startedAt: new Date(startedAt), ...(finishedAt && { finishedAt: new Date(finishedAt) }) };
  }

  /** The newest warning about the pod. It is looked for only where there are warnings by its name: many pods may wait with nothing wrong but a full node. */
  async whyWaiting(attempt: AttemptRef): Promise<string | undefined> {
    const warnings = await this.#warnings.of(attempt.namespace);
    if (!namesOf(attempt).some((name) => warnings.has(name))) return undefined;
    const pod = await this.#find(attempt);
    const newest = pod && warnings.get(pod.metadata.name)?.find(({ involvedObject: { uid } }) => uid === undefined || uid === pod.metadata.uid);
    return newest && `${newest.reason}: ${newest.message}`.slice(0, MAX_REASON);
  }

  /** Goes by Argo's `wait` container, which Kubernetes starts again when it fails. */
  async handOverOf(attempt: AttemptRef): Promise<{ readonly failures: number; readonly reason: string; readonly done?: boolean } | undefined> {
    const pod = await this.#find(attempt);
    const wait = pod?.status?.containerStatuses?.find(({ name }) => name === 'wait');
    if (wait === undefined) return undefined;
    const { restartCount = 0, state, lastState } = wait;
    if (state?.terminated?.exitCode === 0) return { failures: restartCount, reason: '', done: true };
    const failed = [state?.terminated, lastState?.terminated].find((ended) => ended !== undefined);
    if (failed === undefined) return { failures: 0, reason: '' };
    // Kubernetes says terminated or waiting of a container that it starts again after a pause.
    const failures = state?.running === undefined ? restartCount + 1 : restartCount;
    const said = failed.message?.replace(/[\s;]+$/, '') ?? '';
    return { failures, reason: (said === '' ? `Argo's executor ended with exit code ${failed.exitCode}` : said).slice(0, MAX_REASON) };
  }

  /** By the label that Argo's executor puts there last, for which it tries no longer than for anything else. False where it is there. */
  async tellDone({ namespace, nodeId }: AttemptRef): Promise<boolean> {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflowtaskresults/${encodeURIComponent(nodeId)}`;
    // Services may patch results and not read them.
    const body = [{ op: 'test', path: `/metadata/labels/${DONE.replace('/', '~1')}`, value: 'true' }];
    const isTold = await this.client.json({ method: 'PATCH', path, contentType: 'application/json-patch+json', body }).then(
      () => true,
      (error: unknown) => {
        if (isPipelineError(error) && error.code === 'INVALID_ARGUMENT') return false;
        throw error;
      },
    );
    if (!isTold) await this.client.json({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body: { metadata: { labels: { [DONE]: 'true' } } } });
    return !isTold;
  }

  /** Its pod goes, and Argo takes its node to have failed as its containers did. */
  async giveUp(attempt: AttemptRef): Promise<void> {
    const pod = await this.#find(attempt);
    if (pod !== undefined) await deletePod(this.client, attempt.namespace, pod.metadata);
  }

  async #find(attempt: AttemptRef): Promise<Pod | undefined> {
    for (const name of namesOf(attempt)) {
      // A list of the one pod takes the API server three times as long: it asks etcd first whether its cache is fresh.
      const pod = await this.client.json<Pod>({ path: `${podsPath(attempt.namespace)}/${encodeURIComponent(name)}` }).catch((error: unknown) => {
        if (isPipelineError(error) && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
      if (pod !== undefined && nodeIdOf(pod) === attempt.nodeId) return pod;
    }
    return undefined;
  }
}

/** The names that Argo's two settings give; the annotation of the pod decides. */
function namesOf({ workflow, nodeId, templateName }: AttemptRef): readonly string[] {
  const named = `${`${workflow}-${templateName}`.slice(0, MAX_PREFIX)}${nodeId.slice(workflow.length)}`;
  return [...new Set([named, nodeId])];
}

import type { KubeClient } from './kube-client.js';
import { deletePod, nodeIdOf, podsPath, type PodMeta } from './pods.js';

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

interface PodEvent {
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly metadata: { readonly creationTimestamp: string };
}

const MAX_PREFIX = 242;
const MAX_REASON = 500;
/** Said of pods that start all the same. */
const HARMLESS: ReadonlySet<string> = new Set(['Unhealthy', 'BackOff', 'DNSConfigForming']);

/** Pods of attempts, one request for each that is asked for. */
export class KubernetesAttemptPods {
  constructor(private readonly client: KubeClient) {}

  /** Of the main container; Kubernetes tells whole seconds. */
  async timesOf(attempt: AttemptRef): Promise<{ readonly startedAt: Date; readonly finishedAt?: Date } | undefined> {
    const pod = await this.#find(attempt);
    const state = pod?.status?.containerStatuses?.find(({ name }) => name === 'main')?.state;
    const { startedAt, finishedAt } = state?.terminated ?? { ...state?.running, finishedAt: undefined };
    // A container that was never started has a time of 1970, or none.
    if (!startedAt || Date.parse(startedAt) <= 0) return undefined;
    return { startedAt: new Date(startedAt), ...(finishedAt && { finishedAt: new Date(finishedAt) }) };
  }

  /** The newest warning about the pod. */
  async whyWaiting(attempt: AttemptRef): Promise<string | undefined> {
    const pod = await this.#find(attempt);
    if (pod === undefined) return undefined;
    const { items } = await this.client.json<{ items: readonly PodEvent[] }>({
      path: `/api/v1/namespaces/${encodeURIComponent(attempt.namespace)}/events`,
      query: { fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${pod.metadata.name},type=Warning`, limit: 100 },
    });
    const timeOf = ({ lastTimestamp, eventTime, metadata }: PodEvent): string => lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
    const newest = items.filter(({ reason = '' }) => !HARMLESS.has(reason)).toSorted((a, b) => Date.parse(timeOf(b)) - Date.parse(timeOf(a)))[0];
    return newest && `${newest.reason}: ${newest.message}`.slice(0, MAX_REASON);
  }

  /** Goes by Argo's `wait` container, which Kubernetes starts again when it fails. */
  async handOverOf(attempt: AttemptRef): Promise<{ readonly failures: number; readonly reason: string } | undefined> {
    const pod = await this.#find(attempt);
    const wait = pod?.status?.containerStatuses?.find(({ name }) => name === 'wait');
    if (wait === undefined) return undefined;
    const { restartCount = 0, state, lastState } = wait;
    const failed = [state?.terminated, lastState?.terminated].find((ended) => ended !== undefined && ended.exitCode !== 0);
    if (failed === undefined) return { failures: 0, reason: '' };
    // Kubernetes says terminated or waiting of a container that it starts again after a pause.
    const failures = state?.running === undefined && state?.terminated?.exitCode !== 0 ? restartCount + 1 : restartCount;
    const said = failed.message?.replace(/[\s;]+$/, '') ?? '';
    return { failures, reason: (said === '' ? `Argo's executor ended with exit code ${failed.exitCode}` : said).slice(0, MAX_REASON) };
  }

  /** Its pod goes, and Argo takes its node to have failed as its containers did. */
  async giveUp(attempt: AttemptRef): Promise<void> {
    const pod = await this.#find(attempt);
    if (pod !== undefined) await deletePod(this.client, attempt.namespace, pod.metadata);
  }

  /** By the names that Argo's two settings give; the annotation decides. */
  async #find({ namespace, workflow, nodeId, templateName }: AttemptRef): Promise<Pod | undefined> {
    const named = `${`${workflow}-${templateName}`.slice(0, MAX_PREFIX)}${nodeId.slice(workflow.length)}`;
    for (const name of new Set([named, nodeId])) {
      const { items } = await this.client.json<{ items: readonly Pod[] }>({ path: podsPath(namespace), query: { fieldSelector: `metadata.name=${name}` } });
      const found = items.find((pod) => nodeIdOf(pod) === nodeId);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

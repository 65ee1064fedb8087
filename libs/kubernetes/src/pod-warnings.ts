import type { KubeClient } from './kube-client.js';
import { pagesOf } from './list-pages.js';

export interface PodWarning {
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly metadata: { readonly creationTimestamp: string };
  readonly involvedObject: { readonly name: string; readonly uid?: string };
}

/** Of one namespace by name of the pod, the newest first. */
type Warnings = ReadonlyMap<string, readonly PodWarning[]>;

const PAGE_SIZE = 500;
const GOOD_FOR_MS = 5_000;
const MOST_GOOD_FOR_MS = 60_000;
/** Asking may take one part in so many of a processor of the API server's: a busy hour leaves tens of thousands of events, read one by one for each answer. */
const PATIENCE = 100;
/** Said of pods that start all the same. */
const HARMLESS: ReadonlySet<string> = new Set(['Unhealthy', 'BackOff', 'DNSConfigForming']);

interface Answer {
  readonly warnings: Promise<Warnings>;
  goodUntil: number;
}

/**
 * What Kubernetes warns of in pods. Its API server looks through all events of a namespace for each question, so one answer serves everybody who asks: for
 * five seconds, and for longer, up to a minute, where it takes the server long.
 */
export class PodWarnings {
  readonly #known = new Map<string, Answer>();

  constructor(
    private readonly client: Pick<KubeClient, 'json'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  of(namespace: string): Promise<Warnings> {
    const known = this.#known.get(namespace);
    const asked = this.now();
    if (known !== undefined && asked < known.goodUntil) return known.warnings;
    const answer: Answer = { warnings: this.#read(namespace), goodUntil: Infinity };
    this.#known.set(namespace, answer);
    answer.warnings.then(
      () => (answer.goodUntil = this.now() + Math.min(MOST_GOOD_FOR_MS, Math.max(GOOD_FOR_MS, PATIENCE * (this.now() - asked)))),
      () => this.#known.delete(namespace),
    );
    return answer.warnings;
  }

  async #read(namespace: string): Promise<Warnings> {
    const byPod = new Map<string, PodWarning[]>();
    const query = { fieldSelector: 'involvedObject.kind=Pod,type=Warning', limit: PAGE_SIZE };
    for await (const { items } of pagesOf<PodWarning>(this.client, { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`, query })) {
      for (const warning of items) {
        if (HARMLESS.has(warning.reason ?? '')) continue;
        const { name } = warning.involvedObject;
        const others = byPod.get(name);
        if (others === undefined) byPod.set(name, [warning]);
        else others.push(warning);
      }
    }
    for (const warnings of byPod.values()) warnings.sort((a, b) => timeOf(b) - timeOf(a));
    return byPod;
  }
}

function timeOf({ lastTimestamp, eventTime, metadata }: PodWarning): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);
}

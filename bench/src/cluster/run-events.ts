import { createInterface } from 'node:readline';
import { isWorkflowCompleted, LABEL_PERSISTED, LABEL_RUN_ID, type NodeStatus, type Workflow } from '@millrace/argo';
import { KubernetesResourceStore, type KubeClient } from '@millrace/kubernetes';

/** Times by this process's clock, when its own watches told of it. */
export interface Seen {
  readonly name: string;
  readonly uid: string;
  created: number;
  ended?: number;
  /** When the agent had stored everything. */
  persisted?: number;
  phase?: string | undefined;
  readonly gates: Map<string, { seen: number; answered?: number }>;
  /** By the node that they are of. */
  readonly pods: Map<string, number>;
  nodes: Readonly<Record<string, NodeStatus>>;
}

interface PodLine {
  readonly type: string;
  readonly object: { readonly metadata: { readonly resourceVersion: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> } };
}

/** What becomes visible of the Workflows of a namespace and of their pods, and when. */
export class RunEvents {
  readonly #seen = new Map<string, Seen>();
  readonly #byRun = new Map<string, string>();
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #store: KubernetesResourceStore;

  constructor(
    private readonly client: KubeClient,
    private readonly namespace: string,
  ) {
    this.#store = new KubernetesResourceStore({ client });
    this.#store.watch('Workflow', { namespace }, ({ type, object }) => {
      if (type === 'DELETED') return;
      this.#note(object.metadata.name, object.metadata.uid, object as Workflow);
      for (const check of this.#waiting) check();
    });
    void this.#followPods();
  }

  of(workflow: string): Seen | undefined {
    return this.#seen.get(workflow);
  }

  /** The name of a run's Workflow, as soon as it is seen. */
  workflowOf(runId: string): Promise<string> {
    return new Promise((resolve) => {
      const check = (): void => {
        const name = this.#byRun.get(runId);
        if (name === undefined) return;
        this.#waiting.delete(check);
        resolve(name);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Waits until something holds of a Workflow. */
  until(workflow: string, holds: (seen: Seen) => boolean): Promise<Seen> {
    return new Promise((resolve) => {
      const check = (): void => {
        const seen = this.#seen.get(workflow);
        if (seen === undefined || !holds(seen)) return;
        this.#waiting.delete(check);
        resolve(seen);
      };
      this.#waiting.add(check);
      check();
    });
  }

  forget(): void {
    this.#seen.clear();
    this.#byRun.clear();
  }

  close(): void {
    this.#stop.abort();
    this.#store.close();
  }

  #note(name: string, uid: string, { metadata, status }: Workflow): void {
    const now = performance.now();
    let seen = this.#seen.get(name);
    if (seen === undefined || seen.uid !== uid) this.#seen.set(name, (seen = { name, uid, created: now, gates: new Map(), pods: new Map(), nodes: {} }));
    seen.phase = status?.phase;
    this.#byRun.set(metadata.labels?.[LABEL_RUN_ID] ?? '', name);
    if (isWorkflowCompleted(status?.phase)) seen.ended ??= now;
    if (metadata.labels?.[LABEL_PERSISTED] !== undefined) seen.persisted ??= now;
    seen.nodes = status?.nodes ?? {};
    for (const [id, node] of Object.entries(seen.nodes)) {
      if (node.type !== 'Suspend') continue;
      const gate = seen.gates.get(id);
      if (gate === undefined) seen.gates.set(id, { seen: now, ...(node.phase !== 'Running' && { answered: now }) });
      else if (node.phase !== 'Running') gate.answered ??= now;
    }
  }

  async #followPods(): Promise<void> {
    const { signal } = this.#stop;
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    while (!signal.aborted) {
      try {
        const { metadata } = await this.client.json<{ metadata: { resourceVersion: string } }>({ path, query: { limit: 1 } });
        const body = await this.client.stream({ path, query: { watch: true, resourceVersion: metadata.resourceVersion }, signal });
        for await (const line of createInterface({ input: body })) {
          const { type, object } = JSON.parse(line) as PodLine;
          if (type !== 'ADDED') continue;
          const { labels = {}, annotations = {} } = object.metadata;
          this.#seen.get(labels['workflows.argoproj.io/workflow'] ?? '')?.pods.set(annotations['workflows.argoproj.io/node-id'] ?? '', performance.now());
        }
      } catch (error) {
        if (!signal.aborted) console.error(`the watch of pods broke off: ${String(error)}`);
        await new Promise((next) => setTimeout(next, 100));
      }
    }
  }
}

export interface GateDelays {
  /** From the Workflow that shows the open gate to the one that shows its answer. */
  readonly answer: readonly number[];
  /** From the answer to the pod behind it. */
  readonly pod: readonly number[];
}

export function gateDelays(runs: readonly Seen[]): GateDelays {
  const answer: number[] = [];
  const pod: number[] = [];
  for (const { gates, nodes, pods } of runs) {
    for (const [id, { seen, answered }] of gates) {
      if (answered === undefined) continue;
      answer.push(answered - seen);
      for (const child of nodes[id]?.children ?? []) {
        const at = pods.get(child);
        if (at !== undefined) pod.push(at - answered);
      }
    }
  }
  return { answer, pod };
}

import { createInterface } from 'node:readline';
import type { Outputs, Template } from '@millrace/argo';
import type { KubeClient } from '@millrace/kubernetes';
import type { Client as ObjectClient } from 'minio';
import type { Placement } from './step-pipelines.js';

const NODE = 'millrace-bench-instant';
const KEY = 'millrace/bench';
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${NODE}`;
const MERGE = 'application/merge-patch+json';
const ALIVE_EVERY_MS = 10_000;

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string; readonly deletionTimestamp?: string; readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
  readonly status?: { readonly phase?: string };
}

/**
 * A node that nobody computes on: its pods have succeeded as soon as the scheduler put them there, with the objects, results and states that Argo's executor and
 * the kubelet would have left. What is measured with it is the API server, the scheduler, Argo's controller and Millrace, and nothing of the pods.
 */
export class InstantNode {
  static readonly nodeName = NODE;
  static readonly placement: Placement = { nodeSelector: { [KEY]: 'instant' }, toleration: { key: KEY, value: 'instant', effect: 'NoSchedule' } };
  readonly #stop = new AbortController();
  readonly #ended = new Set<string>();
  #alive: NodeJS.Timeout | undefined;

  private constructor(
    private readonly client: KubeClient,
    private readonly objects: ObjectClient,
    private readonly bucket: string,
  ) {}

  static async start({ client, objects, bucket }: { readonly client: KubeClient; readonly objects: ObjectClient; readonly bucket: string }): Promise<InstantNode> {
    const node = new InstantNode(client, objects, bucket);
    await node.#register();
    void node.#follow();
    return node;
  }

  async stop(): Promise<void> {
    clearInterval(this.#alive);
    this.#stop.abort();
    await this.client.json({ method: 'DELETE', path: `/api/v1/nodes/${NODE}` });
    await this.client.json({ method: 'DELETE', path: LEASE }).catch(() => undefined);
  }

  async #register(): Promise<void> {
    const { toleration, nodeSelector } = InstantNode.placement;
    const { key, value, effect } = toleration;
    await this.client.json({ method: 'DELETE', path: `/api/v1/nodes/${NODE}` }).catch(() => undefined);
    const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE, labels: { ...nodeSelector, 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } }, spec: { taints: [{ key, value, effect }] } };
    await this.client.json({ method: 'POST', path: '/api/v1/nodes', body });
    const room = { cpu: '10000', memory: '10000Gi', pods: '10000', 'ephemeral-storage': '10000Gi' };
    const beat = async (): Promise<void> => {
      const now = new Date().toISOString();
      const conditions = [{ type: 'Ready', status: 'True', reason: 'Bench', message: 'pods end at once', lastHeartbeatTime: now, lastTransitionTime: now }];
      await this.client.json({ method: 'PATCH', path: `/api/v1/nodes/${NODE}/status`, contentType: MERGE, body: { status: { capacity: room, allocatable: room, conditions } } });
      const spec = { holderIdentity: NODE, leaseDurationSeconds: 40, renewTime: now.replace('Z', '000Z') };
      await this.client.json({ method: 'PATCH', path: LEASE, contentType: MERGE, body: { spec } }).catch(() =>
        this.client.json({ method: 'POST', path: LEASE.slice(0, LEASE.lastIndexOf('/')), body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: NODE, namespace: 'kube-node-lease' }, spec } }),
      );
    };
    await beat();
    this.#alive = setInterval(() => void beat().catch((error: unknown) => console.error(`the node's heartbeat failed: ${String(error)}`)), ALIVE_EVERY_MS);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const query = { fieldSelector: `spec.nodeName=${NODE}` };
    while (!signal.aborted) {
      try {
        const { items, metadata } = await this.client.json<{ items: Pod[]; metadata: { resourceVersion: string } }>({ path: '/api/v1/pods', query });
        for (const pod of items) this.#take(pod);
        const body = await this.client.stream({ path: '/api/v1/pods', query: { ...query, watch: true, resourceVersion: metadata.resourceVersion }, signal });
        for await (const line of createInterface({ input: body })) {
          const { type, object } = JSON.parse(line) as { type: string; object: Pod };
          if (type === 'ADDED' || type === 'MODIFIED') this.#take(object);
          else if (type === 'DELETED') this.#ended.delete(object.metadata.uid);
        }
      } catch (error) {
        if (!signal.aborted) console.error(`the pods of the node cannot be watched: ${String(error)}`);
        await new Promise((next) => setTimeout(next, 200));
      }
    }
  }

  #take(pod: Pod): void {
    const { uid, namespace, name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) {
      const gone = { method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods/${name}`, body: { gracePeriodSeconds: 0 } } as const;
      void this.client.json(gone).catch(() => undefined);
      return;
    }
    if (this.#ended.has(uid) || pod.status?.phase === 'Succeeded') return;
    this.#ended.add(uid);
    void this.#end(pod).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) console.error(`pod ${name} could not be ended: ${String(error)}`);
    });
  }

  /** In the order in which it comes about: objects, result, state. */
  async #end(pod: Pod): Promise<void> {
    const { namespace, name, labels, annotations } = pod.metadata;
    const { containers, initContainers = [] } = pod.spec;
    const told = [...initContainers, ...containers].flatMap(({ env = [] }) => env.flatMap((variable) => (variable.name === 'ARGO_TEMPLATE' ? (variable.value ?? []) : [])))[0];
    if (told === undefined) throw new Error('Argo put no template into it');
    const outputs = await this.#outputs(JSON.parse(told) as Template);
    const result = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTaskResult',
      metadata: { name: annotations['workflows.argoproj.io/node-id'], namespace, labels: { 'workflows.argoproj.io/workflow': labels['workflows.argoproj.io/workflow'], 'workflows.argoproj.io/report-outputs-completed': 'true' } },
      outputs,
    };
    await this.client.json({ method: 'POST', path: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtaskresults`, body: result });
    const at = new Date().toISOString().replace(/\.\d+Z/, 'Z');
    const ended = ({ name: container, image }: Container) => ({
      name: container,
      image,
      imageID: image,
      ready: false,
      restartCount: 0,
      started: false,
      state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } },
    });
    const status = { phase: 'Succeeded', startTime: at, containerStatuses: containers.map(ended), initContainerStatuses: initContainers.map(ended) };
    await this.client.json({ method: 'PATCH', path: `/api/v1/namespaces/${namespace}/pods/${name}/status`, contentType: MERGE, body: { status } });
  }

  async #outputs({ outputs, archiveLocation }: Template): Promise<Outputs> {
    // The one output that steps have; a number, whatever it would have been.
    const parameters = (outputs?.parameters ?? []).map(({ name }) => ({ name, value: '1' }));
    const artifacts = [];
    for (const { name, s3 } of outputs?.artifacts ?? []) {
      if (name === 'task-parameters') await this.objects.putObject(this.bucket, `${s3!.key}/Output`, '1\n');
      artifacts.push({ name, s3: { key: s3!.key } });
    }
    const logs = archiveLocation?.s3?.key;
    if (logs !== undefined) artifacts.push({ name: 'main-logs', s3: { key: `${logs}/main.log` } });
    return { exitCode: '0', ...(parameters.length > 0 && { parameters }), ...(artifacts.length > 0 && { artifacts }) };
  }
}

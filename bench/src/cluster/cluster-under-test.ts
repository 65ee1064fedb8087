import type { Workflow } from '@millrace/argo';
import { KubeClient, loadKubeConfig } from '@millrace/kubernetes';
import { Client as ObjectClient } from 'minio';
import { ClusterServices, type RunningService } from '../../../e2e/src/cluster/cluster-services.js';
import { readClusterSettings, type ClusterSettings } from '../../../e2e/src/cluster/cluster-settings.js';
import { RunNamespace } from '../../../e2e/src/cluster/run-namespace.js';
import { Server } from '../../../e2e/src/harness/server.js';
import { InstantNode } from './instant-node.js';
import { processorOf } from '../process-figures.js';
import { RunEvents, type Seen } from './run-events.js';

export interface Finished {
  readonly wallMs: number;
  readonly seen: Seen;
}

/** A cluster with Argo, a namespace of it that is ready for runs, and Millrace's services: started here unless `MILLRACE_URL` names installed ones. */
export class ClusterUnderTest {
  #instant: InstantNode | undefined;

  private constructor(
    readonly settings: ClusterSettings,
    readonly client: KubeClient,
    readonly namespace: RunNamespace,
    readonly events: RunEvents,
    readonly server: Server,
    private readonly services: ClusterServices | undefined,
  ) {}

  static async open(kubeconfig: string): Promise<ClusterUnderTest> {
    const settings = readClusterSettings();
    const { endpoint, bucket, keys } = settings.s3;
    const client = new KubeClient(loadKubeConfig({ file: kubeconfig }), { userAgent: 'millrace-bench' });
    const namespace = new RunNamespace(settings.namespace);
    await namespace.prepare(keys, { endpoint, bucket });
    const services =
      settings.installedUrl === undefined
        ? await ClusterServices.start({ namespace: namespace.name, databaseUrl: settings.databaseUrl(), s3Endpoint: endpoint, pipelineRoot: `minio://${bucket}/v2/artifacts/bench`, env: { MILLRACE_LOG_LEVEL: 'warn' }, schedules: await hasSchedules(client), ...profiling() })
        : undefined;
    const cluster = new ClusterUnderTest(settings, client, namespace, new RunEvents(client, namespace.name), services?.server ?? new Server(settings.installedUrl!), services);
    await cluster.tidy();
    return cluster;
  }

  get image(): string {
    return this.settings.images.shell ?? 'busybox:1.37';
  }

  /** Of the services that were started here. */
  get running(): readonly RunningService[] {
    return this.services?.running ?? [];
  }

  /** Processor time of a service so far, in milliseconds; undefined for one that runs elsewhere. */
  processor(name: 'api-server' | 'persistence-agent'): number | undefined {
    const service = this.running.find((each) => each.name === name);
    return service && processorOf(service.pid)?.own;
  }

  /** What a service that was started here says of itself. */
  async gauge(name: string): Promise<number | undefined> {
    const agent = this.running.find((each) => each.name === 'persistence-agent');
    const text = agent && (await (await fetch(`${agent.probes}/metrics`)).text());
    const found = text === undefined ? undefined : new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  }

  /** A node whose pods end at once; made when it is first asked for. */
  async instant(): Promise<InstantNode> {
    const { endpoint, bucket, keys } = this.settings.s3;
    const url = new URL(endpoint.includes('://') ? endpoint : `http://${endpoint}`);
    const tls = url.protocol === 'https:';
    const objects = new ObjectClient({ endPoint: url.hostname, port: Number(url.port || (tls ? 443 : 80)), useSSL: tls, ...keys });
    return (this.#instant ??= await InstantNode.start({ client: this.client, objects, bucket }));
  }

  async submit(pipeline: object): Promise<{ readonly id: string; readonly workflow: string; readonly acceptedMs: number }> {
    const began = performance.now();
    const { run_id: id } = await this.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'bench', pipeline_spec: pipeline }) });
    const acceptedMs = performance.now() - began;
    return { id, workflow: await this.events.workflowOf(id), acceptedMs };
  }

  /** From the request until all of it is stored, which the agent writes on the Workflow: from then on the API says so. Asking all the time would be load of its own. */
  async runPipeline(pipeline: object): Promise<Finished> {
    const began = performance.now();
    const { id, workflow } = await this.submit(pipeline);
    const seen = await this.events.until(workflow, ({ persisted }) => persisted !== undefined);
    const { state, error } = await this.server.json(`/apis/v2beta1/runs/${id}`);
    if (state !== 'SUCCEEDED') throw new Error(`run ${id} (${workflow}) ended as ${state}: ${JSON.stringify(error)}`);
    return { wallMs: seen.persisted! - began, seen };
  }

  /** From the request to the event that says Succeeded. */
  async runWorkflow(workflow: Workflow): Promise<Finished> {
    const began = performance.now();
    const name = workflow.metadata.name!;
    await this.client.json({ method: 'POST', path: this.#workflows, body: workflow });
    const seen = await this.events.until(name, ({ ended }) => ended !== undefined);
    if (seen.phase !== 'Succeeded') throw new Error(`Workflow ${name} ended as ${seen.phase}`);
    return { wallMs: seen.ended! - began, seen };
  }

  /** Bytes of a Workflow as the API server keeps it. */
  async sizeOf({ name }: Seen): Promise<number> {
    return Buffer.byteLength(JSON.stringify(await this.client.json<object>({ path: `${this.#workflows}/${name}` })));
  }

  /** Removes all Workflows, with their pods, so that the next measurement has the cluster to itself. */
  async tidy(): Promise<void> {
    await this.client.json({ method: 'DELETE', path: this.#workflows });
    const pods = `/api/v1/namespaces/${this.namespace.name}/pods`;
    // A node that was left by one who was killed ends no pods any more.
    await this.client.json({ method: 'DELETE', path: pods, query: { fieldSelector: `spec.nodeName=${InstantNode.nodeName}` }, body: { gracePeriodSeconds: 0 } });
    for (;;) {
      const { items } = await this.client.json<{ items: unknown[] }>({ path: pods, query: { labelSelector: 'workflows.argoproj.io/workflow', limit: 1 } });
      if (items.length === 0) break;
      await new Promise((next) => setTimeout(next, 500));
    }
    this.events.forget();
  }

  async close(): Promise<void> {
    await this.tidy();
    await this.#instant?.stop();
    this.events.close();
    await this.services?.close();
    await this.client.close();
  }

  get #workflows(): string {
    return `/apis/argoproj.io/v1alpha1/namespaces/${this.namespace.name}/workflows`;
  }
}

/** Whether recurring runs can be kept here, without which their controller has nothing to follow. */
async function hasSchedules(client: KubeClient): Promise<boolean> {
  const found = await client.json({ path: '/apis/kubeflow.org/v1beta1' }).then(() => true, () => false);
  if (!found) console.log('the controller of recurring runs is left out: this cluster has no ScheduledWorkflows');
  return found;
}

/** `BENCH_PROFILE=<folder>` leaves a CPU profile of each service there. */
function profiling(): { readonly nodeFlags?: readonly string[] } {
  const folder = process.env['BENCH_PROFILE'];
  return folder ? { nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${folder}`] } : {};
}

import { isPipelineError } from '@millrace/errors';
import type { KubeClient } from '@millrace/kubernetes';
import { failure, fine, unknown, warning, type Check, type Outcome } from '../finding.js';
import { listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { InstalledService } from './install.js';
import type { Pod } from './kube-objects.js';

/** The pods of our services, and why those that are not ready are not. */
export const services: Check<ClusterContext> = {
  name: 'services',
  async examine({ client, namespace, install }) {
    if (install.services.length === 0) return [unknown(`No Deployment of Millrace's chart is in namespace ${namespace}.`, 'Name the namespace with --namespace. Services that are started otherwise are not looked at.')];
    const missing = (['api-server', 'persistence-agent', 'scheduled-workflow-controller'] as const).filter((name) => !install.services.some(({ component }) => component === name));
    return [
      ...missing.map((name) => failure({ what: `There is no Deployment of the ${name}.`, why: 'Each of the three services does what no other does.', remedy: 'Install the chart again (helm upgrade).' })),
      ...(await Promise.all(install.services.map((service) => examineService(client, namespace, service)))).flat(),
      ...imagesDiffer(install.services),
    ];
  },
};

async function examineService(client: KubeClient, namespace: string, { component, deployment }: InstalledService): Promise<Outcome[]> {
  const wanted = deployment.spec.replicas ?? 1;
  const ready = deployment.status?.readyReplicas ?? 0;
  const { labels = {} } = deployment.spec.template.metadata ?? {};
  const labelSelector = ['app.kubernetes.io/instance', 'app.kubernetes.io/component'].map((label) => `${label}=${labels[label] ?? ''}`).join(',');
  const pods = await listAll<Pod>(client, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, { labelSelector });
  const killed = pods.filter(({ status }) => status?.containerStatuses?.some(({ lastState }) => lastState?.terminated?.reason === 'OOMKilled'));
  const outcomes: Outcome[] = killed.map(({ metadata }) => warning({ what: `${metadata.name} was ended because it used more memory than it may.`, why: 'It starts again and loses nothing, but until then nobody does its work.', remedy: `Raise resources.limits.memory of the ${component}, see docs/operations/sizing.md.` }));
  if (wanted > 0 && ready >= wanted) return [fine(`${component}: ${ready} of ${wanted} pods are ready.`), ...outcomes];
  if (wanted === 0) return [failure({ what: `${component}: it is scaled to 0.`, why: whatStops(component), remedy: `kubectl -n ${namespace} scale deployment ${deployment.metadata.name} --replicas=2` })];
  const reasons = await Promise.all(pods.map(async (pod) => `${pod.metadata.name}: ${await whyNotReady(client, namespace, pod)}`).filter((_, index) => !isReady(pods[index]!)));
  const told = { what: `${component}: ${ready} of ${wanted} pods are ready. ${reasons.join('; ') || 'There are no pods: kubectl get events tells why'}.`, remedy: 'Mend what is named; docs/operations/troubleshooting.md has each of these symptoms.' };
  return [ready === 0 ? failure({ ...told, why: whatStops(component) }) : warning({ ...told, why: 'The others do its share; one more that fails is one too many.' }), ...outcomes];
}

const isReady = ({ status }: Pod): boolean => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

async function whyNotReady(client: KubeClient, namespace: string, { metadata, status }: Pod): Promise<string> {
  const waiting = status?.containerStatuses?.map(({ state }) => state?.waiting).find((found) => found?.reason !== undefined);
  if (waiting) return `${waiting.reason}${waiting.message === undefined ? '' : ` (${waiting.message})`}`;
  const unscheduled = status?.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  if (unscheduled) return `${unscheduled.reason ?? 'not scheduled'} (${unscheduled.message ?? ''})`;
  return (await readiness(client, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${metadata.name}:8081/proxy/readyz`)) ?? status?.phase ?? 'not known';
}

/** What the pod itself says, where this account may ask it through the API server. */
async function readiness(client: KubeClient, path: string): Promise<string | undefined> {
  try {
    await client.json({ path, timeoutMs: 5_000 });
  } catch (error) {
    const failed = isPipelineError(error) ? [...error.message.matchAll(/\[-\] ([^\n]+)/g)].map(([, line]) => line) : [];
    if (failed.length > 0) return failed.join(', ');
  }
  return undefined;
}

function whatStops(component: InstalledService['component']): string {
  if (component === 'api-server') return 'Nothing can be submitted or shown; runs go on.';
  return component === 'persistence-agent' ? 'Tasks that wait for a value wait, and the pages show old states.' : 'No recurring run fires; missed slots are caught up where the schedule says so.';
}

function imagesDiffer(found: readonly InstalledService[]): Outcome[] {
  const images = new Set(found.map(({ deployment }) => deployment.spec.template.spec.containers[0]?.image ?? ''));
  if (images.size <= 1) return [];
  return [warning({ what: `The services are of different images: ${[...images].join(', ')}.`, why: 'A database that the newer one migrated may be refused by the older one when that starts again.', remedy: 'Bring all to one version with helm upgrade.' })];
}

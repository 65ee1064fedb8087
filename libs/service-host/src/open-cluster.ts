import { openDatabase, type Database } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import { KubeClient, KubernetesAttemptPods, KubernetesResourceStore, KubernetesRetriedAttempts, KubernetesVolumeClaims, loadKubeConfig } from '@millrace/kubernetes';
import type { ObjectStore } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { databaseUrl, type ClusterSettings } from './cluster-settings.js';
import { countEnds } from './observe-database.js';
import { countObjectErrors } from './observe-objects.js';
import { openObjects } from './open-objects.js';
import type { ServiceContext } from './run-service.js';
import type { RightsScope } from './service-rights.js';
import { isAway, waitUntil } from './wait-until.js';

/** What the controllers and the API need of a cluster. */
export interface Cluster {
  readonly client: KubeClient;
  readonly store: KubernetesResourceStore;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly layout: Layout;
  /** Claims that tasks make and delete. */
  readonly volumes: KubernetesVolumeClaims;
  readonly attempts: KubernetesRetriedAttempts;
  /** When processes ran, and why pods wait. */
  readonly pods: KubernetesAttemptPods;
}

/** How long a watch may be without the server before the process says that it is not ready. */
const LOST_TOO_LONG_MS = 15_000;

/**
 * Opens Kubernetes, the database and the object store, in this order, waiting for what is away and for migrations that are to come. All is
 * closed with the service, and the service is ready only while database and watches are.
 */
export async function openCluster(settings: ClusterSettings, service: ServiceContext): Promise<Cluster> {
  const { log, signal, ready, onClose, metrics } = service;
  const client = new KubeClient(loadKubeConfig({ file: settings.KUBECONFIG }), { userAgent: 'millrace' });
  onClose(() => client.close());
  await waitUntil({ what: 'the Kubernetes API', log, signal }, () => client.json({ path: '/version' }));
  const store = new KubernetesResourceStore({ client, namespace: watchedNamespace(settings), argoInstanceId: settings.MILLRACE_ARGO_INSTANCE_ID, onBroken: metrics.counter('millrace_watches_broken_total', 'Watches of the Kubernetes API that broke off or could not begin.'), onError: (error) => log('warn', 'Kubernetes', { error: (error as Error).message }) });
  onClose(() => store.close());
  metrics.gauge('millrace_watches_lost_seconds', 'How long the watch that is worst off has been without the Kubernetes API.', () => store.health.lostForMs / 1000);
  ready.set('watches', () => (store.health.lostForMs > LOST_TOO_LONG_MS ? `without the Kubernetes API for ${Math.round(store.health.lostForMs / 1000)} s` : undefined));

  const url = databaseUrl(settings);
  const opened = await waitUntil({ what: 'the database', log, signal, isTransient: (error) => isAway(error) || isNotMigrated(error) }, () =>
    openDatabase({ url, migrations: 'await', shareChanges: true, log: (message) => log('info', message) }),
  );
  onClose(() => opened.close());
  const database = countEnds(opened, metrics);
  ready.set('database', async () => {
    await database.ping();
    return undefined;
  });
  const { objects, layout } = await waitUntil({ what: 'the Kubernetes API', log, signal }, () => openObjects(settings, client));
  return { client, store, database, objects: countObjectErrors(objects, metrics), layout, volumes: new KubernetesVolumeClaims(client), attempts: new KubernetesRetriedAttempts({ client, objects }), pods: new KubernetesAttemptPods(client) };
}

/** The namespace that lists and watches look in; undefined for all. */
export function watchedNamespace(settings: ClusterSettings): string | undefined {
  return settings.MILLRACE_ALL_NAMESPACES ? undefined : settings.MILLRACE_NAMESPACE;
}

export function rightsScope(settings: ClusterSettings): RightsScope {
  return { namespace: settings.MILLRACE_NAMESPACE, allNamespaces: settings.MILLRACE_ALL_NAMESPACES };
}

function isNotMigrated(error: unknown): boolean {
  return isPipelineError(error) && error.details?.['reason'] === 'NotMigrated';
}

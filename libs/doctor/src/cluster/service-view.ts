import type { Diagnosis } from '@millrace/api-contract';
import { isPipelineError } from '@millrace/errors';
import { unknown, warning, type Check } from '../finding.js';
import { listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { Pod } from './kube-objects.js';

/** What an API server says of its own install, asked through the Kubernetes API: only from there the database and the object store are reached. */
export const serviceView: Check<ClusterContext> = {
  name: 'service-view',
  async examine({ client, namespace, install }) {
    const { deployment } = install.services.find(({ component }) => component === 'api-server') ?? {};
    if (deployment === undefined) return [unknown('There is no API server to ask about the database and the object store.', 'Ask one that runs elsewhere: millrace doctor --url.')];
    const at = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const pods = await listAll<Pod>(client, at, { labelSelector: 'app.kubernetes.io/name=millrace,app.kubernetes.io/component=api-server' });
    const pod = pods.find(({ status }) => status?.phase === 'Running');
    const itself = `kubectl -n ${namespace} exec deploy/${deployment.metadata.name} -- node api-server.mjs doctor`;
    if (pod === undefined) return [unknown('No pod of the API server runs, so nobody could be asked about the database and the object store.')];
    try {
      const { findings } = await client.json<Partial<Diagnosis>>({ path: `${at}/${pod.metadata.name}:8081/proxy/doctor`, timeoutMs: 25_000 });
      if (findings === undefined) return [unknown(`Pod ${pod.metadata.name} is of a version that does not tell of its install.`)];
      return findings.map(({ check, what, ...rest }) => ({ ...rest, what: `${check}: ${what}` }));
    } catch (error) {
      if (!isPipelineError(error)) throw error;
      if (error.code === 'PERMISSION_DENIED') return [unknown(`The API server could not be asked: ${error.message}`, `Grant get of pods/proxy, or let it tell itself: ${itself}`)];
      return [warning({ what: `Pod ${pod.metadata.name} did not tell of its install: ${error.message}`, why: 'Whether the database and the object store can be reached is not known.', remedy: `Let it tell itself: ${itself}` })];
    }
  },
};

import { isPipelineError } from '@millrace/errors';
import { fine, unknown, warning, type Check } from '../finding.js';
import type { ClusterContext } from './cluster-context.js';
import type { Meta } from './kube-objects.js';

const SKEW_MS = 30_000;

/** The API server answers, and its clock is ours. */
export const kubernetesApi: Check<ClusterContext> = {
  name: 'kubernetes-api',
  async examine({ client, namespace, clock }) {
    const { gitVersion } = await client.json<{ gitVersion: string }>({ path: '/version' });
    const found = fine(`Kubernetes ${gitVersion} at ${client.server}, namespace ${namespace}.`);
    const skew = await skewOf();
    if (skew === undefined) return [found, unknown('Its clock was not compared with this one: that takes the right to make ConfigMaps.')];
    if (Math.abs(skew) <= SKEW_MS) return [found];
    const complaint = { why: 'Object stores refuse requests of a wrong time, schedules fire early or late, and times on the pages do not fit together.', remedy: 'Set the clock (NTP) of this machine and of the nodes.' };
    return [found, warning({ what: `The cluster's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's.`, ...complaint })];

    /** What would be made carries the server's time; nothing is. */
    async function skewOf(): Promise<number | undefined> {
      const before = clock().getTime();
      try {
        const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'millrace-doctor-' } };
        const made = await client.json<{ metadata: Meta }>({ method: 'POST', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`, query: { dryRun: 'All' }, body });
        return Date.parse(made.metadata.creationTimestamp ?? '') - (before + clock().getTime()) / 2;
      } catch (error) {
        if (isPipelineError(error) && error.code === 'PERMISSION_DENIED') return undefined;
        throw error;
      }
    }
  },
};

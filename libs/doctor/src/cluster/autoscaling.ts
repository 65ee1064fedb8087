import { failure, fine, type Check, type Outcome } from '../finding.js';
import { findOne, listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { Meta } from './kube-objects.js';

interface Autoscaler {
  readonly metadata: Meta;
  readonly spec: { readonly metrics?: readonly { readonly type: string }[] };
}

/** Autoscalers, and the APIs that they take their numbers from. */
export const autoscaling: Check<ClusterContext> = {
  name: 'autoscaling',
  async examine({ client, namespace }) {
    const scalers = await listAll<Autoscaler>(client, `/apis/autoscaling/v2/namespaces/${encodeURIComponent(namespace)}/horizontalpodautoscalers`, { labelSelector: 'app.kubernetes.io/name=millrace' });
    const types = new Set(scalers.flatMap(({ spec }) => spec.metrics?.map(({ type }) => type) ?? []));
    const outcomes: Outcome[] = [];
    const ask = async (type: string, path: string, remedy: string) => {
      if (!types.has(type) || (await findOne(client, { path })) !== undefined) return;
      outcomes.push(failure({ what: `An autoscaler goes by ${type === 'Pods' ? 'millrace_agent_backlog' : 'processor time'}, and the cluster has no ${path.split('/')[2]}.`, why: 'The number of replicas stays what it is, however much there is to do.', remedy }));
    };
    await ask('Pods', '/apis/custom.metrics.k8s.io/v1beta2', 'Install prometheus-adapter with the rule of docs/operations/scaling.md, or scale by KEDA.');
    await ask('Resource', '/apis/metrics.k8s.io/v1beta1', 'Install metrics-server.');
    return outcomes.length > 0 ? outcomes : [fine(scalers.length === 0 ? 'No service is scaled by itself.' : `${scalers.length} autoscalers have what they go by.`)];
  },
};

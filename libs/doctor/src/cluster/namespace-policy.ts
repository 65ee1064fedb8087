import { failure, fine, warning, type Check, type Outcome } from '../finding.js';
import { findOne, listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { Meta } from './kube-objects.js';

interface Quota {
  readonly metadata: Meta;
  readonly status?: { readonly hard?: Readonly<Record<string, string>>; readonly used?: Readonly<Record<string, string>> };
}

/** What the namespace refuses: pods by their security, or by what is used up. */
export const namespacePolicy: Check<ClusterContext> = {
  name: 'namespace-policy',
  async examine({ client, namespace }) {
    const at = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
    const found = await findOne<{ metadata: Meta }>(client, { path: at });
    if (found === undefined) return [failure({ what: `There is no namespace ${namespace}.`, why: 'Nothing can be in it.', remedy: 'Name another with --namespace.' })];
    const outcomes: Outcome[] = [];
    if (found.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted') {
      outcomes.push(failure({ what: `Namespace ${namespace} admits only pods of the "restricted" security standard.`, why: "Argo's init and wait containers of each task run as root, so every task stays pending.", remedy: `kubectl label namespace ${namespace} --overwrite pod-security.kubernetes.io/enforce=baseline` }));
    }
    for (const { metadata, status } of await listAll<Quota>(client, `${at}/resourcequotas`)) {
      const spent = Object.entries(status?.hard ?? {}).filter(([name, hard]) => hard === (status?.used?.[name] ?? '0')).map(([name, hard]) => `${name} ${hard}`);
      if (spent.length > 0) outcomes.push(warning({ what: `ResourceQuota ${metadata.name} is used up: ${spent.join(', ')}.`, why: 'Argo cannot make further pods: tasks stay pending.', remedy: 'Raise the quota, or delete what nobody needs.' }));
    }
    return outcomes.length > 0 ? outcomes : [fine('The namespace admits the pods of runs, and no quota is used up.')];
  },
};

import { failure, fine, warning, type Check, type Outcome } from '../finding.js';
import { findOne, listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import { settingOf } from './install.js';
import type { Deployment, Meta } from './kube-objects.js';

/** Of Kubeflow Pipelines, and what each would do with our objects. */
const RIVALS: Readonly<Record<string, string>> = {
  'ml-pipeline-scheduledworkflow': 'It makes runs of our recurring runs as well, in its own way.',
  'ml-pipeline-persistenceagent': 'It reports our Workflows to its API server, which does not know them, again and again.',
  'ml-pipeline': "Its Service has the name that in-cluster SDKs go by; which of the two answers follows from the Service's selector.",
};

interface Service {
  readonly metadata: Meta;
  readonly spec?: { readonly selector?: Readonly<Record<string, string>> };
}

/** Kubeflow Pipelines in the same namespace. */
export const installedKfp: Check<ClusterContext> = {
  name: 'installed-kfp',
  async examine({ client, namespace, install }) {
    const deployments = await listAll<Deployment>(client, `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`);
    const found = deployments.flatMap(({ metadata, spec }): Outcome[] => {
      const harm = RIVALS[metadata.name];
      if (harm === undefined || (spec.replicas ?? 1) === 0 || metadata.labels?.['app.kubernetes.io/name'] === 'millrace') return [];
      return [warning({ what: `Kubeflow Pipelines' Deployment ${metadata.name} is in namespace ${namespace} too.`, why: harm, remedy: `Install Millrace in a namespace of its own, or stop it: kubectl -n ${namespace} scale deployment ${metadata.name} --replicas=0` })];
    });
    const name = settingOf(install, 'MILLRACE_SERVICE_NAME') ?? 'ml-pipeline';
    const service = await findOne<Service>(client, { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}` });
    if (install.services.length > 0 && service?.spec?.selector?.['app.kubernetes.io/name'] !== 'millrace') {
      const what = service === undefined ? `There is no Service ${name} in namespace ${namespace}.` : `Service ${name} leads to other pods than Millrace's.`;
      found.push(failure({ what, why: 'SDKs and pages reach nothing, or something else.', remedy: 'Give Millrace\'s another name (apiServer.service.name), or remove the one that is there, and run helm upgrade.' }));
    }
    return found.length > 0 ? found : [fine('No Kubeflow Pipelines is in the way.')];
  },
};

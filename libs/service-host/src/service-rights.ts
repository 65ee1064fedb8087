import type { Right } from '@millrace/kubernetes';

export type ServiceName = 'api-server' | 'persistence-agent' | 'scheduled-workflow-controller';

export interface RightsScope {
  /** Of runs, leases and Secrets. */
  readonly namespace: string;
  /** Runs may be in all namespaces: lists and watches are of the whole cluster. */
  readonly allNamespaces: boolean;
}

/** What each service has to be allowed; the roles of the chart say the same. */
export function rightsOf(service: ServiceName, { namespace, allNamespaces }: RightsScope): readonly Right[] {
  const here = (resource: string, ...verbs: string[]): Right[] => verbs.map((verb) => ({ verb, resource, namespace }));
  const watched = (resource: string): Right[] => ['list', 'watch'].map((verb) => ({ verb, resource, namespace: allNamespaces ? undefined : namespace }));
  const leases = here('leases.coordination.k8s.io', 'create', 'list', 'patch', 'delete');
  switch (service) {
    case 'api-server':
      return [...['workflows.argoproj.io', 'scheduledworkflows.kubeflow.org'].flatMap((resource) => here(resource, 'create', 'get', 'list', 'patch', 'delete')), ...here('pods', 'list', 'delete'), ...here('pods/log', 'get')];
    case 'persistence-agent':
      return [...watched('workflows.argoproj.io'), ...here('workflows.argoproj.io', 'create', 'get', 'patch', 'delete'), ...here('persistentvolumeclaims', 'create', 'get', 'delete'), ...here('pods', 'list', 'delete'), ...here('events', 'list'), ...here('workflowtaskresults.argoproj.io', 'patch'), ...leases];
    case 'scheduled-workflow-controller':
      return [...['workflows.argoproj.io', 'scheduledworkflows.kubeflow.org'].flatMap((resource) => [...watched(resource), ...here(resource, 'create', 'get', 'patch')]), ...leases];
  }
}

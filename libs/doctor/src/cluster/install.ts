import type { KubeClient } from '@millrace/kubernetes';
import type { ServiceName } from '@millrace/service-host';
import { listAll } from '../request.js';
import type { Deployment } from './kube-objects.js';

/** One of our services as the chart installed it. */
export interface InstalledService {
  readonly component: ServiceName;
  readonly deployment: Deployment;
  readonly account: string;
  /** The variables that are written in the Deployment; those from Secrets are not read. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What is installed in a namespace. */
export interface Install {
  readonly services: readonly InstalledService[];
}

const COMPONENTS: readonly ServiceName[] = ['api-server', 'persistence-agent', 'scheduled-workflow-controller'];

/** The Deployments that carry the chart's labels. */
export async function findInstall(client: KubeClient, namespace: string): Promise<Install> {
  const deployments = await listAll<Deployment>(client, `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`, { labelSelector: 'app.kubernetes.io/name=millrace' });
  return {
    services: deployments.flatMap((deployment): InstalledService[] => {
      const { template } = deployment.spec;
      const component = COMPONENTS.find((name) => name === template.metadata?.labels?.['app.kubernetes.io/component']);
      if (component === undefined) return [];
      const settings = Object.fromEntries((template.spec.containers[0]?.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
      return [{ component, deployment, account: template.spec.serviceAccountName ?? 'default', settings }];
    }),
  };
}

/** A setting that several services have. */
export function settingOf({ services }: Install, name: string): string | undefined {
  return services.map(({ settings }) => settings[name]).find((value) => value !== undefined && value !== '');
}

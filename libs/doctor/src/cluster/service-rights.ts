import { missingRights, type KubeClient } from '@millrace/kubernetes';
import { rightsOf } from '@millrace/service-host';
import { failure, fine, unknown, type Check, type Outcome } from '../finding.js';
import type { ClusterContext } from './cluster-context.js';
import { settingOf, type InstalledService } from './install.js';

/** Whether each service may do what it will have to. */
export const serviceRights: Check<ClusterContext> = {
  name: 'service-rights',
  async examine({ client, namespace, install }) {
    if (install.services.length === 0) return [unknown('There is no service whose account could be looked at.')];
    const secret = settingOf(install, 'MILLRACE_S3_SECRET');
    return Promise.all(install.services.map((service) => examineAccount(client, namespace, service, secret)));
  },
};

async function examineAccount(client: KubeClient, namespace: string, { component, account, settings }: InstalledService, secret: string | undefined): Promise<Outcome> {
  const rights = [
    ...rightsOf(component, { namespace, allNamespaces: settings['MILLRACE_ALL_NAMESPACES'] === 'true' }),
    { verb: 'get', resource: 'configmaps', namespace, name: 'kfp-launcher' },
    ...(secret === undefined ? [] : [{ verb: 'get', resource: 'secrets', namespace, name: secret }]),
  ];
  const missing = await missingRights(client, rights, { account: { namespace, name: account } });
  if (missing.length === 0) return fine(`${component}: service account ${account} may do all that it has to.`);
  return failure({ what: `${component}: service account ${account} lacks ${missing.join('; ')}.`, why: 'The service is not ready until it has them, or fails when it needs them.', remedy: 'Grant them by a Role and its binding; the chart does (helm upgrade), and docs/services.md lists them.' });
}

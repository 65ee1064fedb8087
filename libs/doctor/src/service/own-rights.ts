import { missingRights, type KubeClient, type Right } from '@millrace/kubernetes';
import { failure, fine, type Check } from '../finding.js';

/** Whether the service's own account may do what it will have to. */
export const ownRights: Check<{ readonly client: KubeClient; readonly rights: readonly Right[] }> = {
  name: 'own-rights',
  async examine({ client, rights }) {
    const missing = await missingRights(client, rights);
    if (missing.length === 0) return [fine(`Its account has the ${rights.length} rights that it needs.`)];
    return [failure({ what: `Its account lacks ${missing.join('; ')}.`, why: 'The service is not ready until it has them.', remedy: 'Grant them by a Role and its binding; the chart does (helm upgrade), and docs/services.md lists them.' })];
  },
};

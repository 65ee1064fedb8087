import { hasRight, missingRights } from '@millrace/kubernetes';
import { failure, fine, warning, type Check } from '../finding.js';
import { findOne } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import { settingOf } from './install.js';

/** What code of users must not reach. */
const TOO_MUCH = [
  { verb: 'get', resource: 'secrets' },
  { verb: 'create', resource: 'pods' },
  { verb: 'create', resource: 'pods/exec' },
  { verb: 'create', resource: 'workflows.argoproj.io' },
] as const;

/** The account that pods of runs have: it must report results, and should do nothing else, since users' code has its token. */
export const podsAccount: Check<ClusterContext> = {
  name: 'pods-account',
  async examine({ client, namespace, install }) {
    const name = settingOf(install, 'MILLRACE_SERVICE_ACCOUNT') ?? 'pipeline-runner';
    const account = { namespace, name };
    if ((await findOne(client, { path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}` })) === undefined) {
      return [failure({ what: `There is no service account ${name} in namespace ${namespace}.`, why: 'Argo cannot make the pods of runs: every task stays pending.', remedy: 'Set runs.serviceAccount.create of the chart to true, or make the account.' })];
    }
    const missing = await missingRights(client, ['create', 'patch'].map((verb) => ({ verb, resource: 'workflowtaskresults.argoproj.io', namespace })), { account });
    if (missing.length > 0) return [failure({ what: `Service account ${name} lacks ${missing.join('; ')}.`, why: 'Pods cannot report what they made, so their tasks fail or hang.', remedy: 'Bind the account to a Role with create and patch of workflowtaskresults.argoproj.io.' })];
    const allowed = await Promise.all(TOO_MUCH.map((right) => hasRight(client, { ...right, namespace }, { account })));
    const surplus = TOO_MUCH.filter((_, index) => allowed[index]).map(({ verb, resource }) => `${verb} ${resource}`);
    if (surplus.length === 0) return [fine(`Service account ${name} may report results, and nothing that would be dangerous.`)];
    return [warning({ what: `Service account ${name} may ${surplus.join(', ')}.`, why: "Every user's code runs with this account and can use what it may.", remedy: 'Leave it create and patch of workflowtaskresults.argoproj.io alone; give pipelines that need more an account of their own.' })];
  },
};

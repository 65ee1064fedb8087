import { failure, fine, unknown, warning, type Check, type Outcome } from '../finding.js';
import type { ClusterContext } from './cluster-context.js';
import { findArgo, type ArgoController } from './find-argo.js';
import { settingOf } from './install.js';

const SLOW_MS = 1_000;
const TRIED = '4.1';

interface ExecutorConfig {
  readonly securityContext?: { readonly runAsUser?: number; readonly runAsNonRoot?: boolean };
}

/** Argo's controller: that there is one for this namespace, and that it is set up as runs need it. */
export const argoController: Check<ClusterContext> = {
  name: 'argo-controller',
  async examine({ client, namespace, install }) {
    const all = await findArgo(client, namespace);
    const instanceId = settingOf(install, 'MILLRACE_ARGO_INSTANCE_ID');
    const ours = all.filter((argo) => (argo.namespace === undefined || argo.namespace === namespace) && (argo.config['instanceID'] || undefined) === instanceId);
    if (all.length === 0) return [unknown('No Deployment of a workflow-controller was found.', 'Where Argo is run otherwise, or this account may not look in its namespace, see whether a run goes on; else set argo.install of the chart to true.')];
    if (ours.length === 0) {
      const others = all.map(({ where, namespace: only, config }) => `${where} looks at ${only === undefined ? 'all namespaces' : `namespace ${only}`}${config['instanceID'] ? ` and the instance id ${String(config['instanceID'])}` : ''}`);
      return [failure({ what: `No workflow-controller looks at the Workflows here: ${others.join('; ')}.`, why: 'Every run stays pending.', remedy: `Set argo.install of the chart to true, or argo.instanceId to that of the controller that is to run them.` })];
    }
    const twice = ours.length > 1 ? [failure({ what: `${ours.length} workflow-controllers look at namespace ${namespace}: ${ours.map(({ where }) => where).join(', ')}.`, why: 'Two that work on one Workflow make its pods twice and write over each other.', remedy: 'Leave one: argo.install: false, or a namespace or argo.instanceId for each.' })] : [];
    return [...twice, ...ours.flatMap(examineController)];
  },
};

function examineController(argo: ArgoController): Outcome[] {
  const { where, config, version, requeueMs } = argo;
  const executor = (config['executor'] as ExecutorConfig | undefined)?.securityContext;
  const complaints: Outcome[] = [];
  if (!argo.ready) complaints.push(failure({ what: `${where} has no ready pod.`, why: 'No run begins or goes on until it has.', remedy: `kubectl -n ${where.replace('/', ' describe deployment ')}` }));
  if (requeueMs > SLOW_MS) {
    complaints.push(warning({ what: `${where} looks at a Workflow again only after ${requeueMs / 1000} s (DEFAULT_REQUEUE_TIME).`, why: 'Each task that waits for a value is late by that.', remedy: `kubectl -n ${where.replace('/', ' set env deployment ')} DEFAULT_REQUEUE_TIME=300ms` }));
  }
  if (version !== undefined && !version.startsWith(`${TRIED}.`)) complaints.push(warning({ what: `${where} is Argo ${version}.`, why: `Millrace is tried with ${TRIED}: how a Workflow goes on is not the same in all versions.`, remedy: `Use Argo ${TRIED}, or try npm run e2e:cluster with yours.` }));
  if (executor?.runAsNonRoot === true || (executor?.runAsUser ?? 0) !== 0) {
    complaints.push(warning({ what: `${where} runs its executor as user ${executor?.runAsUser ?? 'other than root'}.`, why: 'Inputs and outputs of tasks whose user is another, or whose files have mode 0600, cannot be brought or taken away.', remedy: 'Remove securityContext.runAsUser and runAsNonRoot from "executor" of its ConfigMap.' }));
  }
  if ((config['persistence'] as { nodeStatusOffLoad?: boolean } | undefined)?.nodeStatusOffLoad === true) {
    complaints.push(failure({ what: `${where} keeps large Workflows' nodes in its own database (nodeStatusOffLoad).`, why: 'Millrace cannot read them there: such runs are not followed.', remedy: 'Set persistence.nodeStatusOffLoad to false in its ConfigMap.' }));
  }
  const restriction = (config['workflowRestrictions'] as { templateReferencing?: string } | undefined)?.templateReferencing;
  if (restriction !== undefined) complaints.push(failure({ what: `${where} runs only Workflows that refer to a WorkflowTemplate (workflowRestrictions).`, why: 'Runs carry their templates themselves, so Argo refuses every one.', remedy: 'Remove workflowRestrictions from its ConfigMap, or use a controller of its own for this namespace (argo.install: true).' }));
  const limits = [['parallelism', 'Workflows at once'], ['namespaceParallelism', 'Workflows of a namespace at once']].flatMap(([key, of]) => (Number(config[key!] ?? 0) > 0 ? [`at most ${String(config[key!])} ${of}`] : []));
  const told = fine(`${where}: Argo ${version ?? 'of an unknown version'}, looks again after ${requeueMs} ms, ${argo.qps} requests a second${limits.length > 0 ? `, ${limits.join(', ')} (others wait as pending)` : ''}.`);
  return complaints.length > 0 ? [told, ...complaints] : [told];
}

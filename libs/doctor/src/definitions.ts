import type { KubeClient } from '@millrace/kubernetes';
import { failure, fine, warning, type Check, type Outcome } from './finding.js';
import { findOne } from './request.js';

const GROUPS = [
  { group: 'argoproj.io', version: 'v1alpha1', plurals: ['workflows', 'workflowtaskresults'], remedy: "Install Argo Workflows' CustomResourceDefinitions (4.1), or set crds.argo of the chart to true." },
  { group: 'kubeflow.org', version: 'v1beta1', plurals: ['scheduledworkflows'], remedy: 'Set crds.scheduledWorkflow of the chart to true, or install the definition of KFP.' },
] as const;

interface OpenApi {
  readonly components?: { readonly schemas?: Readonly<Record<string, { readonly properties?: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>> }>> };
}

/** The kinds of objects that runs and recurring runs are made of. Told by discovery, which everybody may read. */
export const definitions: Check<{ readonly client: KubeClient }> = {
  name: 'definitions',
  async examine({ client }) {
    const outcomes: Outcome[] = [];
    for (const { group, version, plurals, remedy } of GROUPS) {
      const served = await findOne<{ readonly resources: readonly { readonly name: string }[] }>(client, { path: `/apis/${group}/${version}` });
      const names = new Set(served?.resources.map(({ name }) => name));
      const missing = plurals.filter((plural) => !names.has(plural)).map((plural) => `${plural}.${group}`);
      if (missing.length > 0) outcomes.push(failure({ what: `The cluster does not know ${missing.join(', ')} (${version}).`, why: group === 'argoproj.io' ? 'No run can be submitted.' : 'No recurring run can be made.', remedy }));
    }
    if (outcomes.length > 0) return outcomes;
    const full = await hasFullSchema(client);
    const found = fine(`Workflows (${full ? 'full' : 'minimal'} definition) and ScheduledWorkflows are known.`);
    return full ? [found, warning({ what: "Workflows are checked against Argo's full definition.", why: 'It refuses pipelines with more than 200 tasks at one level, or 200 templates.', remedy: "Install Argo's minimal definition if such pipelines are to run; the chart's (crds.argo) is one." })] : [found];
  },
};

/** Whether the API server checks Workflows against Argo's schema. */
async function hasFullSchema(client: KubeClient): Promise<boolean> {
  const { components } = (await findOne<OpenApi>(client, { path: '/openapi/v3/apis/argoproj.io/v1alpha1' })) ?? {};
  const workflow = Object.entries(components?.schemas ?? {}).find(([name]) => name.endsWith('.Workflow'))?.[1];
  return workflow?.properties?.['spec']?.properties?.['templates'] !== undefined;
}

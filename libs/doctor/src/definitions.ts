import type { KubeClient } from '@millrace/kubernetes';
import { failure, fine, warning, type Check, type Outcome } from './finding.js';
import { findOne } from './request.js';

const GROUPS = [
  { group: 'argoproj.io', version: 'v1alpha1', plurals: ['workflows', 'workflowtaskresults'], remedy: "Install Argo Workflows' CustomResourceDefinitions (4.1), or set crds.argo of the chart to true." },
  { group: 'kubeflow.org', version: 'v1beta1', plurals: ['scheduledworkflows'], remedy: 'Set crds.scheduledWorkflow of the chart to true, or install the definition of KFP.' },
] as const;

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
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
    const schedule = await schemaOf(client, 'kubeflow.org/v1beta1', 'ScheduledWorkflow');
    if (schedule !== undefined && dropsSpec(schedule)) return [failure(EMPTY_SCHEDULES)];
    const full = (await schemaOf(client, 'argoproj.io/v1alpha1', 'Workflow'))?.properties?.['spec']?.properties?.['templates'] !== undefined;
    const found = fine(`Workflows (${full ? 'full' : 'minimal'} definition) and ScheduledWorkflows are known.`);
    return full ? [found, warning({ what: "Workflows are checked against Argo's full definition.", why: 'It refuses pipelines with more than 200 tasks at one level, or 200 templates.', remedy: "Install Argo's minimal definition if such pipelines are to run; the chart's (crds.argo) is one." })] : [found];
  },
};

const EMPTY_SCHEDULES = {
  what: 'The definition scheduledworkflows.kubeflow.org of the cluster keeps nothing of what is in a recurring run.',
  why: 'No recurring run makes a run.',
  remedy:
    "Delete this definition (kubectl delete crd scheduledworkflows.kubeflow.org) and upgrade the release with the chart's crds.scheduledWorkflow at true, or install the definition of KFP. Then enable the recurring runs again that this has disabled, which makes them anew.",
};

/** As the API server publishes it; undefined where it publishes none. */
async function schemaOf(client: KubeClient, groupVersion: string, kind: string): Promise<Schema | undefined> {
  const openApi = await findOne<{ readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> } }>(client, { path: `/openapi/v3/apis/${groupVersion}` });
  return Object.entries(openApi?.components?.schemas ?? {}).find(([name]) => name.endsWith(`.${kind}`))?.[1];
}

/** The API server drops every field that a definition neither names nor lets through. */
function dropsSpec(schema: Schema): boolean {
  return schema.properties?.['spec'] === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true;
}

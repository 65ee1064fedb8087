import { LABEL_RUN_ID, type Template, type Workflow } from '@millrace/argo';
import { ROOT_PATH, type Layout, type Plan, type RunFacts } from '@millrace/pipeline-semantics';
import type { Pipeline } from '@millrace/pipeline-spec';
import { alikeTasks } from './alike-tasks.js';
import { CACHED_TEMPLATE, SKIPPED_TEMPLATE, type CompileContext, compileDag } from './compile-dag.js';
import { gateTemplate, gateTemplateName } from './gate-template.js';
import { TemplateNames } from './names.js';
import { runSettings } from './run-settings.js';
import { transportOf } from './transport.js';

/** KFP's annotation with the name that people gave the run. */
const RUN_NAME_ANNOTATION = 'pipelines.kubeflow.org/run_name';

export interface CompileOptions {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
  readonly run: RunFacts;
  readonly layout: Layout;
  readonly settings: {
    readonly namespace: string;
    /** Account of the pods. @default the namespace's default account */
    readonly serviceAccount?: string;
    /** Further labels of the Workflow. */
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/**
 * One run as one Workflow. What the plan decided is plain Argo; a task that is still undecided gets a gate, answered while the run goes on
 * (`answerGate`). The same arguments give the same JSON, byte by byte. UNIMPLEMENTED for what this version does not compile.
 */
export function compileWorkflow({ pipeline, plan, run, layout, settings }: CompileOptions): Workflow {
  const transport = transportOf(layout, run);
  const context: CompileContext = {
    pipeline,
    plan,
    run,
    layout,
    transport,
    // On one machine a Workflow may be as large as it is, and one template for all takes longer to compile than a plain one for each.
    alike: layout.transport === 'object-store' ? alikeTasks(pipeline, plan) : new Set(),
    names: new TemplateNames(),
    templates: [],
    pods: new Map(),
    shared: new Set(),
    ownSlots: new Set(),
  };
  const root = compileDag(context, ROOT_PATH, ROOT_PATH, pipeline.spec.root.dag ?? { tasks: {} });
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: run.resourceName,
      namespace: settings.namespace,
      labels: { ...settings.labels, [LABEL_RUN_ID]: run.runId },
      annotations: { [RUN_NAME_ANNOTATION]: run.displayName },
    },
    spec: {
      entrypoint: ROOT_PATH,
      arguments: { parameters: [{ name: 'path', value: ROOT_PATH }] },
      ...(settings.serviceAccount !== undefined && { serviceAccountName: settings.serviceAccount }),
      podMetadata: { labels: { [LABEL_RUN_ID]: run.runId } },
      ...(transport.podSpecPatch !== undefined && { podSpecPatch: transport.podSpecPatch }),
      ...runSettings(pipeline),
      templates: [root, ...sharedTemplates(context), ...context.templates],
    },
  };
}

function sharedTemplates({ shared, ownSlots }: CompileContext): Template[] {
  const templates: Template[] = [];
  if (shared.has(gateTemplateName)) templates.push(gateTemplate(ownSlots));
  for (const name of [CACHED_TEMPLATE, SKIPPED_TEMPLATE]) {
    if (shared.has(name)) templates.push({ name, inputs: { parameters: [{ name: 'path' }] }, suspend: {} });
  }
  return templates;
}

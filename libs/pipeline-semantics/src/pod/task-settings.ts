import type { ComponentSpec, ImporterSpec, JsonValue, Pipeline, TaskInputParameter } from '@millrace/pipeline-spec';
import type { ContainerField } from '../late-fields.js';
import type { Layout } from '../layout.js';
import { isImageAddress, localPathOf } from '../local-path.js';
import type { LocatedTask } from '../pipeline-tasks.js';
import type { Resolution } from '../resolution.js';
import { type ResolveContext, resolveBinding } from '../resolve-inputs.js';
import type { RunFacts, RunView, ScopePath, TaskValues } from '../run-view.js';
import { type BuiltPod, buildPod } from './build-pod.js';
import { type ContainerResources, type EnvVariable, POD_FIELDS, type PodField } from './pod-fragment.js';
import { bindingsByField, bindingsIn, isLate, kubernetesSettingsOf } from './setting-bindings.js';

/** The values that the settings of one execution take from its scope; null for what was not given. */
export type SettingValues = ReadonlyMap<TaskInputParameter, JsonValue>;

/** Resolves what the Kubernetes settings of a task refer to. They mean what surrounds the task, not the task's own inputs. */
export function resolveSettings(pipeline: Pipeline, path: ScopePath, { component }: LocatedTask, view: RunView, context: ResolveContext): Exclude<Resolution<SettingValues>, { kind: 'absent' }> {
  const values = new Map<TaskInputParameter, JsonValue>();
  const unknown = new Set<ScopePath>();
  for (const binding of bindingsIn(kubernetesSettingsOf(pipeline, component.executorLabel))) {
    const found = resolveBinding(pipeline, path, view, context, binding);
    if (found.kind === 'unknown') for (const on of found.on) unknown.add(on);
    else if (found.kind === 'known') values.set(binding, found.value);
    else if (found.kind === 'absent') values.set(binding, null);
    else return found.kind === 'failed' ? { kind: 'failed', message: `A setting of task "${path}": ${found.message}.` } : found;
  }
  return unknown.size > 0 ? { kind: 'unknown', on: [...unknown] } : { kind: 'known', value: values };
}

export interface SettledTask {
  readonly pipeline: Pipeline;
  readonly located: LocatedTask;
  readonly inputs: TaskValues;
  readonly run: Pick<RunFacts, 'resourceName'>;
  readonly layout: Pick<Layout, 'workspacePath' | 'hides' | 'mountsImages'>;
  readonly settings: SettingValues;
  readonly env: readonly EnvVariable[];
  readonly resources: ContainerResources;
}

/** The pod of one execution for which everything is known. Throws Error with the rest of a sentence for the user. */
export function podOf({ pipeline, located, inputs, run, layout, settings, env, resources }: SettledTask): BuiltPod {
  const { component } = located;
  const config = kubernetesSettingsOf(pipeline, component.executorLabel);
  const workspace = usesWorkspace(pipeline, located, inputs, layout) ? { claimName: workspaceClaim(run), path: layout.workspacePath } : undefined;
  const hostPaths = hiddenInputs(inputs, layout);
  const images = layout.mountsImages === true ? imagesIn(inputs) : [];
  // Nearly all tasks, and each is asked more than once.
  if (workspace === undefined && hostPaths.length === 0 && images.length === 0 && component.taskConfigPassthroughs === undefined && Object.keys(config).length === 0) return { pod: {}, env, resources, taskConfig: {}, claims: [] };
  return buildPod({ config, component, env, resources, valueOf: (binding) => settings.get(binding) ?? null, ...(workspace !== undefined && { workspace }), hostPaths, images });
}

/** What the task takes from places of the machine that it would not see. */
function hiddenInputs({ artifacts }: TaskValues, layout: Pick<Layout, 'workspacePath' | 'hides'>): string[] {
  const paths = Object.values(artifacts).flatMap((list) => list.flatMap((artifact) => (artifact.metadata['_kfp_workspace'] === true ? [] : localPathOf(artifact, layout))));
  return [...new Set(paths)].filter((path) => layout.hides?.(path) === true);
}

/** The images whose files the task takes. */
function imagesIn({ artifacts }: TaskValues): string[] {
  const uris = Object.values(artifacts).flatMap((list) => list.flatMap(({ uri, metadata }) => (metadata['_kfp_workspace'] === true ? [] : uri)));
  return [...new Set(uris.filter(isImageAddress))];
}

/** What is the same in every execution of a task: nothing is made of what differs, and is not among `settings`. */
export function staticPodOf(pipeline: Pipeline, located: LocatedTask, env: readonly EnvVariable[], resources: ContainerResources, settings?: SettingValues): BuiltPod {
  return buildPod({
    config: kubernetesSettingsOf(pipeline, located.component.executorLabel),
    component: located.component,
    env,
    resources,
    valueOf: (binding) => (isLate(binding) ? settings?.get(binding) : (binding.runtimeValue?.constant ?? null)),
  });
}

/** Name of the claim that Argo makes from the Workflow's own template of the workspace. */
export function workspaceClaim({ resourceName }: Pick<RunFacts, 'resourceName'>): string {
  return `${resourceName}-kfp-workspace`;
}

export function hasWorkspace({ platform }: Pipeline): boolean {
  return platform?.platforms?.kubernetes?.pipelineConfig?.workspace !== undefined;
}

/** The parts of a task's pod that differ by execution. */
export function lateSettings(pipeline: Pipeline, component: ComponentSpec, layout: Pick<Layout, 'hides' | 'mountsImages'>): readonly (PodField | ContainerField)[] {
  const late = new Set<PodField | ContainerField>();
  if (component.dag !== undefined) return [];
  for (const [field, bindings] of Object.entries(bindingsByField(kubernetesSettingsOf(pipeline, component.executorLabel)))) {
    if (bindings.some(isLate)) late.add(field as PodField | 'env');
  }
  const { parameters = {}, artifacts = {} } = component.inputDefinitions ?? {};
  const takesArtifacts = Object.keys(artifacts).length > 0;
  if (hasWorkspace(pipeline) && (takesArtifacts || Object.keys(parameters).length > 0)) late.add('volumes');
  if ((layout.hides !== undefined || layout.mountsImages === true) && takesArtifacts && importers(pipeline).some((importer) => layout.hides !== undefined || mayBeImage(importer))) late.add('volumes');
  if (late.has('volumes')) late.add('volumeMounts');
  return ['env' as const, ...POD_FIELDS].filter((field) => late.has(field));
}

function usesWorkspace(pipeline: Pipeline, { executor }: LocatedTask, { parameters, artifacts }: TaskValues, { workspacePath }: Pick<Layout, 'workspacePath'>): boolean {
  if (!hasWorkspace(pipeline)) return false;
  const mentions = (value: JsonValue): boolean => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.includes(workspacePath) || text.includes(WORKSPACE_PLACEHOLDER);
  };
  if (Object.values(parameters).some(mentions)) return true;
  const { command = [], args = [] } = executor?.container ?? {};
  if ([...command, ...args].some((text) => text.includes(WORKSPACE_PLACEHOLDER))) return true;
  return Object.values(artifacts).flat().some(({ metadata }) => metadata['_kfp_workspace'] === true);
}

const WORKSPACE_PLACEHOLDER = '{{$.workspace_path}}';
const IMPORTERS = new WeakMap<Pipeline, readonly ImporterSpec[]>();

function importers(pipeline: Pipeline): readonly ImporterSpec[] {
  let found = IMPORTERS.get(pipeline);
  if (found === undefined) IMPORTERS.set(pipeline, (found = Object.values(pipeline.spec.deploymentSpec.executors).flatMap(({ importer }) => importer ?? [])));
  return found;
}

/** An address that is made of inputs may be any. */
function mayBeImage({ artifactUri }: ImporterSpec): boolean {
  const text = artifactUri?.constant;
  return typeof text !== 'string' || text.includes('{{') || isImageAddress(text);
}

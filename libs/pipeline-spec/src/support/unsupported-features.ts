import { EMPTY_MAP } from '../empty-map.js';
import { fieldPath, keyPath } from '../spec-path.js';
import type { ComponentSpec, Pipeline } from '../types.js';
import { COMPONENT_FEATURES, EXECUTOR_FEATURES, PIPELINE_FEATURES, TASK_FEATURES, type Feature } from './features.js';
import { KUBERNETES_SETTINGS, type Substrate } from './kubernetes-settings.js';

/** A place in a pipeline that asks for something a run does not do. */
export interface FeatureUse {
  /** As in SpecIssue. */
  readonly path: string;
  readonly feature: string;
  /** Names the task or executor and says what to do. */
  readonly message: string;
}

export interface FeatureOptions {
  readonly substrate: Substrate;
  /** Whether tasks run in containers of their images, as they always do on a cluster. @default false on one machine */
  readonly containers?: boolean;
}

/**
 * What a valid pipeline asks for that cannot be run yet, in every part that a run would reach; a run of it is to be refused unless this
 * is empty. Each component is looked at once, however often it is used.
 */
export function unsupportedFeatures(pipeline: Pipeline, options: FeatureOptions): readonly FeatureUse[] {
  const found: FeatureUse[] = [];
  const look = <T>(features: readonly Feature<T>[], subject: T, path: string, who: string): void => {
    for (const { feature, remedy, usesIn } of features) {
      for (const at of usesIn(subject)) {
        const fullPath = path === '' ? at : `${path}.${at}`;
        found.push({ path: fullPath, feature, message: `${who} uses ${feature}, which is not supported yet. ${remedy}` });
      }
    }
  };
  look(PIPELINE_FEATURES, pipeline, '', 'The pipeline');
  for (const { component, name, path } of reachableComponents(pipeline)) {
    look(COMPONENT_FEATURES, component, path, name);
    for (const [taskName, task] of Object.entries(component.dag?.tasks ?? EMPTY_MAP)) {
      look(TASK_FEATURES, task, keyPath(`${path}.dag.tasks`, taskName), `The task "${taskName}"`);
    }
    const { executorLabel: label } = component;
    const executor = label === undefined ? undefined : pipeline.spec.deploymentSpec.executors[label];
    if (executor !== undefined && label !== undefined) look(EXECUTOR_FEATURES, executor, keyPath('deploymentSpec.executors', label), name);
  }
  for (const { path, name, label } of kubernetesSettings(pipeline, options, 'refused')) {
    found.push({ path, feature: name, message: `The executor "${label}" asks for ${name}, which is not supported yet. Remove the setting.` });
  }
  for (const { path, name, label } of kubernetesSettings(pipeline, options, 'with containers')) {
    const message = `The executor "${label}" asks for ${name}, which processes of this machine cannot have. Run tasks in containers (docker or podman), or remove the setting.`;
    found.push({ path, feature: name, message });
  }
  return found;
}

/** Settings that a run on this substrate leaves aside without harm; worth a warning. */
export function settingsWithoutEffect(pipeline: Pipeline, options: FeatureOptions): readonly FeatureUse[] {
  const found = kubernetesSettings(pipeline, options, 'without effect').map(({ path, name, label }): FeatureUse => {
    return { path, feature: name, message: `The executor "${label}" asks for ${name}, which has no effect on one machine.` };
  });
  for (const name of Object.keys(pipeline.platform?.platforms ?? EMPTY_MAP)) {
    if (name === 'kubernetes') continue;
    const message = `Settings for the platform "${name}" have no effect; only "kubernetes" is known.`;
    found.push({ path: keyPath('platforms', name), feature: `the platform "${name}"`, message });
  }
  const keep = pipeline.platform?.platforms?.kubernetes?.pipelineConfig?.['resourceTtl'];
  if (keep !== undefined && keep !== 0) {
    const path = "platforms['kubernetes'].pipelineConfig.resourceTtl";
    found.push({ path, feature: 'a time to keep resources', message: 'The pipeline config has a resourceTtl, which has no effect; give ttl_seconds_after_finished.' });
  }
  if (options.substrate === 'embedded') found.push(...debugPauses(pipeline));
  return found;
}

/** Variables by which Argo's executor waits before or after a component, for somebody to look into its container. */
const DEBUG_PAUSE = /^ARGO_DEBUG_PAUSE_(BEFORE|AFTER|ON_ERROR)$/;

function debugPauses({ spec }: Pipeline): FeatureUse[] {
  return Object.entries(spec.deploymentSpec.executors).flatMap(([label, { container }]) =>
    (container?.env ?? []).some(({ name }) => DEBUG_PAUSE.test(name))
      ? [{ path: `${keyPath('deploymentSpec.executors', label)}.container.env`, feature: 'a pause for debugging', message: `The executor "${label}" asks for a pause for debugging (set_debug_pause), which has no effect on one machine.` }]
      : [],
  );
}

interface ReachableComponent {
  readonly component: ComponentSpec;
  readonly name: string;
  readonly path: string;
}

function reachableComponents({ spec }: Pipeline): readonly ReachableComponent[] {
  const seen = new Set<string>();
  const found: ReachableComponent[] = [{ component: spec.root, name: 'The pipeline', path: 'root' }];
  for (const { component } of found) {
    for (const task of Object.values(component.dag?.tasks ?? EMPTY_MAP)) {
      const { name } = task.componentRef;
      const used = spec.components[name];
      if (used === undefined || seen.has(name)) continue;
      seen.add(name);
      found.push({ component: used, name: `The component "${name}"`, path: keyPath('components', name) });
    }
  }
  return found;
}

function kubernetesSettings(
  { platform }: Pipeline,
  { substrate, containers = substrate === 'kubernetes' }: FeatureOptions,
  support: 'with containers' | 'without effect' | 'refused',
): { path: string; name: string; label: string }[] {
  if (containers && support === 'with containers') return [];
  return Object.entries(platform?.platforms?.kubernetes?.deploymentSpec?.executors ?? EMPTY_MAP).flatMap(([label, config]) =>
    Object.entries<unknown>({ ...config }).flatMap(([field, value]) => {
      const setting = Object.hasOwn(KUBERNETES_SETTINGS, field) ? KUBERNETES_SETTINGS[field] : undefined;
      if (setting?.[substrate] !== support || isEmpty(value)) return [];
      return [{ path: fieldPath(keyPath("platforms['kubernetes'].deploymentSpec.executors", label), field), name: setting.name, label }];
    }),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : value === '' || value === null;
}

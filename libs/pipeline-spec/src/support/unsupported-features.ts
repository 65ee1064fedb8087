import { EMPTY_MAP } from '../empty-map.js';
import { fieldPath, keyPath } from '../spec-path.js';
import type { ComponentSpec, JsonObject, JsonValue, Pipeline } from '../types.js';
import { COMPONENT_FEATURES, EXECUTOR_FEATURES, PIPELINE_FEATURES, TASK_FEATURES, type Feature } from './features.js';
import { KUBERNETES_SETTINGS, type Substrate, type Support } from './kubernetes-settings.js';

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
}

/**
 * What a valid pipeline asks for that cannot be run yet, in every part that a run would reach; a run of it is to be refused unless this
 * is empty. Each component is looked at once, however often it is used.
 */
export function unsupportedFeatures(pipeline: Pipeline, { substrate }: FeatureOptions): readonly FeatureUse[] {
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
  for (const { path, name, label } of kubernetesSettings(pipeline, substrate, 'refused')) {
    found.push({ path, feature: name, message: `The executor "${label}" asks for ${name}, which is not supported yet. Remove the setting.` });
  }
  return found;
}

/** Settings that a run on this substrate leaves aside without harm; worth a warning. */
export function settingsWithoutEffect(pipeline: Pipeline, { substrate }: FeatureOptions): readonly FeatureUse[] {
  const found = kubernetesSettings(pipeline, substrate, 'without effect').map(({ path, name, label }): FeatureUse => {
    return { path, feature: name, message: `The executor "${label}" asks for ${name}, which has no effect on one machine.` };
  });
  for (const name of Object.keys(pipeline.platform?.platforms ?? EMPTY_MAP)) {
    if (name === 'kubernetes') continue;
    const message = `Settings for the platform "${name}" have no effect; only "kubernetes" is known.`;
    found.push({ path: keyPath('platforms', name), feature: `the platform "${name}"`, message });
  }
  for (const [name, value] of Object.entries<JsonValue>(pipeline.platform?.platforms?.kubernetes?.pipelineConfig ?? {})) {
    if (!name.startsWith('resourceTtl') || value === 0) continue;
    const path = `platforms['kubernetes'].pipelineConfig.${name}`;
    found.push({ path, feature: 'a time to keep resources', message: 'A time to keep resources of a run has no effect; they are kept with the run.' });
  }
  return found;
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

function kubernetesSettings({ platform }: Pipeline, substrate: Substrate, support: Support): { path: string; name: string; label: string }[] {
  const executors: Readonly<Record<string, JsonObject>> = platform?.platforms?.kubernetes?.deploymentSpec?.executors ?? EMPTY_MAP;
  return Object.entries(executors).flatMap(([label, config]) =>
    Object.entries(config).flatMap(([field, value]) => {
      const setting = Object.hasOwn(KUBERNETES_SETTINGS, field) ? KUBERNETES_SETTINGS[field] : undefined;
      if (setting?.[substrate] !== support || isEmpty(value)) return [];
      return [{ path: fieldPath(keyPath("platforms['kubernetes'].deploymentSpec.executors", label), field), name: setting.name, label }];
    }),
  );
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : value === '' || value === null;
}

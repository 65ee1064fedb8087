import type { KubernetesExecutorConfig, Pipeline, PvcMount, TaskInputParameter } from '@millrace/pipeline-spec';
import { hasPlaceholder } from '../placeholders.js';

const NO_SETTINGS: KubernetesExecutorConfig = {};

/** What the Kubernetes platform says of one executor. */
export function kubernetesSettingsOf(pipeline: Pipeline, executorLabel: string | undefined): KubernetesExecutorConfig {
  const executors = pipeline.platform?.platforms?.kubernetes?.deploymentSpec?.executors;
  return (executorLabel === undefined || executors === undefined || !Object.hasOwn(executors, executorLabel) ? undefined : executors[executorLabel]) ?? NO_SETTINGS;
}

/** Where the name of a secret comes from; older SDKs give it as text. */
export function secretName(setting: { readonly secretName?: string; readonly secretNameParameter?: TaskInputParameter }): TaskInputParameter {
  return setting.secretNameParameter ?? constant(setting.secretName);
}

export function configMapName(setting: { readonly configMapName?: string; readonly configMapNameParameter?: TaskInputParameter }): TaskInputParameter {
  return setting.configMapNameParameter ?? constant(setting.configMapName);
}

export function claimName({ pvcNameParameter, taskOutputParameter, componentInputParameter, constant: name }: PvcMount): TaskInputParameter {
  if (pvcNameParameter !== undefined) return pvcNameParameter;
  if (taskOutputParameter !== undefined) return { taskOutputParameter };
  return componentInputParameter ? { componentInputParameter } : constant(name);
}

/** Every value that the settings take from the scope of the task. */
export function bindingsIn(config: KubernetesExecutorConfig): TaskInputParameter[] {
  return Object.values(bindingsByField(config)).flat();
}

/** Whether a value differs by execution. */
export function isLate({ runtimeValue }: TaskInputParameter): boolean {
  const value = runtimeValue?.constant;
  return value === undefined || hasPlaceholder(typeof value === 'string' ? value : JSON.stringify(value));
}

type BindingsByField = Readonly<Record<'env' | 'volumes' | 'nodeSelector' | 'tolerations' | 'affinity' | 'imagePullSecrets', TaskInputParameter[]>>;

const BY_FIELD = new WeakMap<KubernetesExecutorConfig, BindingsByField>();

/** The same, by the part of the pod that they end in. Every task is asked, and few have any. */
export function bindingsByField(config: KubernetesExecutorConfig): BindingsByField {
  let found = BY_FIELD.get(config);
  if (found === undefined) BY_FIELD.set(config, (found = readBindings(config)));
  return found;
}

function readBindings(config: KubernetesExecutorConfig): BindingsByField {
  const { secretAsVolume = [], configMapAsVolume = [], pvcMount = [], secretAsEnv = [], configMapAsEnv = [], tolerations = [], nodeAffinity = [], imagePullSecret = [] } = config;
  const given = (binding: TaskInputParameter | undefined): TaskInputParameter[] => (binding === undefined ? [] : [binding]);
  return {
    env: [...secretAsEnv.map(secretName), ...configMapAsEnv.map(configMapName)],
    volumes: [...secretAsVolume.map(secretName), ...configMapAsVolume.map(configMapName), ...pvcMount.map(claimName)],
    nodeSelector: given(config.nodeSelector?.nodeSelectorJson),
    tolerations: tolerations.flatMap(({ tolerationJson }) => given(tolerationJson)),
    affinity: nodeAffinity.flatMap(({ nodeAffinityJson }) => given(nodeAffinityJson)),
    imagePullSecrets: imagePullSecret.map(secretName),
  };
}

const CONSTANTS = new Map<string, TaskInputParameter>();

/** One object for each name, so that a binding can be looked up by identity. */
function constant(name = ''): TaskInputParameter {
  let binding = CONSTANTS.get(name);
  if (binding === undefined) CONSTANTS.set(name, (binding = { runtimeValue: { constant: name } }));
  return binding;
}

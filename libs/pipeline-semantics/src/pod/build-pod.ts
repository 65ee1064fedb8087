import type { ComponentSpec, GenericEphemeralVolume, JsonObject, JsonValue, KubernetesExecutorConfig, TaskInputParameter } from '@millrace/pipeline-spec';
import { valueToText } from '../parameter-value.js';
import { affinityOf } from './affinity.js';
import { HARDENED } from './hardened.js';
import { initContainersOf } from './init-containers.js';
import { claimsOf, type ContainerResources, type EnvVariable, type PodFragment } from './pod-fragment.js';
import { claimName, configMapName, secretName } from './setting-bindings.js';
import { isHandedOn, staysOnPod, taskConfigOf } from './task-config.js';
import { VolumeList } from './volume-list.js';
import { imageMountOf, imageOf } from '../local-path.js';

export interface PodRequest {
  readonly config: KubernetesExecutorConfig;
  readonly component: Pick<ComponentSpec, 'taskConfigPassthroughs'>;
  /** The author's own variables. */
  readonly env: readonly EnvVariable[];
  readonly resources: ContainerResources;
  /** What a binding comes to: null when it was not given, undefined when that is not known, and nothing is made of it. */
  readonly valueOf: (binding: TaskInputParameter) => JsonValue | undefined;
  /** The run's workspace, where the task uses it. */
  readonly workspace?: { readonly claimName: string; readonly path: string };
  /** Files and folders of the machine that the task takes and would not see otherwise. */
  readonly hostPaths?: readonly string[];
  /** Addresses of images whose files the task takes. */
  readonly images?: readonly string[];
}

export interface BuiltPod {
  readonly pod: PodFragment;
  readonly env: readonly EnvVariable[];
  readonly resources: ContainerResources;
  readonly taskConfig: JsonObject;
  /** The volume claims that the task uses, also those that it only hands on. */
  readonly claims: readonly string[];
}

/** What the settings of an executor make of a task's pod. Throws Error with the rest of a sentence for the user. */
export function buildPod(request: PodRequest): BuiltPod {
  const { config, component } = request;
  checkMetadata(config);
  const passed = passableVolumes(request);
  const own = ownVolumes(config);
  const env = [...request.env, ...variables(request)];
  const affinity = affinityOf(config, (index) => objectOf(request.valueOf(config.nodeAffinity![index]!.nodeAffinityJson!), 'the node affinity'));
  const nodeSelector = nodeSelectorOf(request);
  const tolerations = tolerationsOf(request);
  const imagePullSecrets = (config.imagePullSecret ?? []).flatMap((setting) => {
    const name = nameOf(request, secretName(setting), 'an image pull secret');
    return name === undefined ? [] : [{ name }];
  });
  const handedOn = { affinity, nodeSelector, tolerations: tolerations.length > 0 ? tolerations : undefined, volumes: listOr(passed.volumes), volumeMounts: listOr(passed.mounts) };
  const kept = staysOnPod(component, 'KUBERNETES_VOLUMES') ? passed : new VolumeList();
  const volumes = [...kept.volumes, ...own.volumes];
  const volumeMounts = [...kept.mounts, ...own.mounts];
  const initContainers = initContainersOf(config.initContainers ?? []);
  const pod: PodFragment = {
    ...(volumes.length > 0 && { volumes }),
    ...(volumeMounts.length > 0 && { volumeMounts }),
    ...(nodeSelector !== undefined && staysOnPod(component, 'KUBERNETES_NODE_SELECTOR') && { nodeSelector }),
    ...(tolerations.length > 0 && staysOnPod(component, 'KUBERNETES_TOLERATIONS') && { tolerations }),
    ...(affinity !== undefined && staysOnPod(component, 'KUBERNETES_AFFINITY') && { affinity }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
    ...pullPolicy(config),
    ...securityContext(config),
    ...(initContainers.length > 0 && { initContainers }),
  };
  return {
    pod,
    env: staysOnPod(component, 'ENV') ? env : [],
    resources: staysOnPod(component, 'RESOURCES') ? request.resources : { limits: {}, requests: {} },
    taskConfig: taskConfigOf(component, { pod: definedOnly(handedOn), env, resources: request.resources }),
    claims: claimsOf({ volumes: isHandedOn(component, 'KUBERNETES_VOLUMES') || kept === passed ? passed.volumes : [] }),
  };
}

/** Volumes that belong to something outside the pod, which a component may be handed to mount them elsewhere. */
function passableVolumes(request: PodRequest): VolumeList {
  const { config, workspace, hostPaths = [], images = [] } = request;
  const list = new VolumeList();
  for (const setting of config.pvcMount ?? []) {
    const name = request.valueOf(claimName(setting));
    if (name === undefined) continue;
    if (name === null || name === '') throw new Error(`a volume is to be mounted at "${setting.mountPath}" whose name has no value; give one`);
    const claim = valueToText(name);
    list.mount(claim, { persistentVolumeClaim: { claimName: claim } }, mountPath(setting, workspace), setting.subPath ? { subPath: setting.subPath } : {});
  }
  for (const setting of config.secretAsVolume ?? []) {
    const name = nameOf(request, secretName(setting), 'a secret');
    if (name !== undefined) list.mount(name, { secret: { secretName: name, optional: setting.optional === true } }, mountPath(setting, workspace));
  }
  for (const setting of config.configMapAsVolume ?? []) {
    const name = nameOf(request, configMapName(setting), 'a config map');
    if (name !== undefined) list.mount(name, { configMap: { name, optional: setting.optional === true } }, mountPath(setting, workspace));
  }
  if (workspace !== undefined) list.mount('kfp-workspace', { persistentVolumeClaim: { claimName: workspace.claimName } }, workspace.path);
  for (const path of hostPaths) list.mount('input', { hostPath: { path } }, path, { readOnly: true });
  // Without a policy, Kubernetes asks again for what a tag says that may be moved, as KFP has it.
  for (const uri of images) list.mount('image', { image: { reference: imageOf(uri) } }, imageMountOf(uri), { readOnly: true });
  return list;
}

/** Volumes that live and end with the pod. */
function ownVolumes({ genericEphemeralVolume = [], emptyDirMounts = [], enabledSharedMemory }: KubernetesExecutorConfig): VolumeList {
  const list = new VolumeList();
  for (const setting of genericEphemeralVolume) list.mount(setting.volumeName, { ephemeral: { volumeClaimTemplate: claimTemplate(setting) } }, setting.mountPath);
  for (const { volumeName, mountPath: path, medium, sizeLimit } of emptyDirMounts) {
    list.mount(volumeName, { emptyDir: { ...(medium && { medium }), ...(sizeLimit && { sizeLimit }) } }, path);
  }
  if (enabledSharedMemory !== undefined) {
    const { volumeName = '', size = '' } = enabledSharedMemory;
    list.mount(volumeName || 'shared-memory', { emptyDir: { medium: 'Memory', ...(size && { sizeLimit: size }) } }, '/dev/shm');
  }
  return list;
}

function claimTemplate({ accessModes = [], size = '', defaultStorageClass, storageClassName = '', metadata }: GenericEphemeralVolume): JsonObject {
  return {
    ...(metadata !== undefined && { metadata: JSON.parse(JSON.stringify(metadata)) as JsonObject }),
    spec: {
      accessModes,
      ...(defaultStorageClass !== true && { storageClassName }),
      resources: { requests: { storage: size } },
    },
  };
}

/** Variables whose values are in secrets, config maps and the pod itself. */
function variables(request: PodRequest): EnvVariable[] {
  const { secretAsEnv = [], configMapAsEnv = [], fieldPathAsEnv = [] } = request.config;
  const optional = (setting: { readonly optional?: boolean }): JsonObject => (setting.optional === undefined ? {} : { optional: setting.optional });
  return [
    ...secretAsEnv.flatMap((setting) => {
      const name = nameOf(request, secretName(setting), 'a secret');
      return (name === undefined ? [] : (setting.keyToEnv ?? [])).map(({ secretKey, envVar }) => ({ name: envVar, valueFrom: { secretKeyRef: { name: name as string, key: secretKey, ...optional(setting) } } }));
    }),
    ...configMapAsEnv.flatMap((setting) => {
      const name = nameOf(request, configMapName(setting), 'a config map');
      return (name === undefined ? [] : (setting.keyToEnv ?? [])).map(({ configMapKey, envVar }) => ({ name: envVar, valueFrom: { configMapKeyRef: { name: name as string, key: configMapKey, ...optional(setting) } } }));
    }),
    ...fieldPathAsEnv.map(({ name, fieldPath }) => ({ name, valueFrom: { fieldRef: { fieldPath } } })),
  ];
}

function nodeSelectorOf({ config, valueOf }: PodRequest): PodFragment['nodeSelector'] {
  const { labels = {}, nodeSelectorJson } = config.nodeSelector ?? {};
  const selector = nodeSelectorJson === undefined ? labels : objectOf(valueOf(nodeSelectorJson), 'the node selector');
  if (selector === undefined || Object.keys(selector).length === 0) return undefined;
  return Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, valueToText(value)]));
}

function tolerationsOf({ config, valueOf }: PodRequest): JsonObject[] {
  return (config.tolerations ?? []).flatMap(({ tolerationJson, tolerationSeconds, ...toleration }): JsonObject[] => {
    if (tolerationJson === undefined) {
      const given = Object.fromEntries(Object.entries(toleration).filter(([, value]) => value !== ''));
      return [{ ...given, ...(tolerationSeconds !== undefined && { tolerationSeconds: Number(tolerationSeconds) }) }];
    }
    const value = valueOf(tolerationJson) ?? {};
    const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
    return list.flatMap((one) => {
      const object = objectOf(one, 'a toleration');
      return object === undefined || Object.keys(object).length === 0 ? [] : [object];
    });
  });
}

/** Labels and annotations are fields of a template, in which Argo replaces its own tags. */
function checkMetadata({ podMetadata = {} }: KubernetesExecutorConfig): void {
  for (const [key, value] of Object.entries({ ...podMetadata.labels, ...podMetadata.annotations })) {
    if (`${key}${value}`.includes('{{')) throw new Error(`the label or annotation "${key}" contains "{{", which Argo would replace; write it otherwise`);
  }
}

function pullPolicy({ imagePullPolicy = '' }: KubernetesExecutorConfig): Pick<PodFragment, 'imagePullPolicy'> {
  if (imagePullPolicy === '') return {};
  if (!['Always', 'Never', 'IfNotPresent'].includes(imagePullPolicy)) throw new Error(`the image pull policy "${imagePullPolicy}" is none of Always, Never, IfNotPresent; give one of them`);
  return { imagePullPolicy };
}

function securityContext({ securityContext: given }: KubernetesExecutorConfig): Pick<PodFragment, 'securityContext'> {
  if (given === undefined) return {};
  const { runAsUser, runAsGroup, runAsNonRoot } = given;
  if (Number(runAsUser) === 0 && runAsNonRoot === true) throw new Error('the security context asks for user 0 (root) and for no root; give another user');
  return {
    securityContext: {
      ...(runAsUser !== undefined && { runAsUser: Number(runAsUser) }),
      ...(runAsGroup !== undefined && { runAsGroup: Number(runAsGroup) }),
      ...(runAsNonRoot !== undefined && { runAsNonRoot }),
      ...HARDENED,
    },
  };
}

/** The name of an object; undefined where a setting is left out because its name was not given, or is not known. */
function nameOf({ valueOf }: PodRequest, binding: TaskInputParameter, what: string): string | undefined {
  const value = valueOf(binding);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Error(`${what} has a name that is no text, ${valueToText(value)}; give a text`);
  if (value === '') throw new Error(`${what} has an empty name; give one`);
  return value;
}

function objectOf(value: JsonValue | undefined, what: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error(`${what} is no object: ${valueToText(value)}; give a struct`);
  return value as JsonObject;
}

function mountPath({ mountPath: path }: { readonly mountPath: string }, workspace: PodRequest['workspace']): string {
  if (!path.startsWith('/')) throw new Error(`a volume is to be mounted at "${path}"; give an absolute path`);
  if (workspace !== undefined && (path === workspace.path || path.startsWith(`${workspace.path}/`))) throw new Error(`a volume is to be mounted at "${path}", where the workspace is; choose another path`);
  return path;
}

function listOr<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function definedOnly<T extends object>(object: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

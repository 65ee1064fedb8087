import type { ComponentSpec, JsonObject } from '@millrace/pipeline-spec';
import type { ContainerResources, EnvVariable, PodFragment } from './pod-fragment.js';

type Passthroughs = Pick<ComponentSpec, 'taskConfigPassthroughs'>;

/** What a component may be handed of its own settings. */
export type PassedField = 'RESOURCES' | 'ENV' | 'KUBERNETES_AFFINITY' | 'KUBERNETES_TOLERATIONS' | 'KUBERNETES_NODE_SELECTOR' | 'KUBERNETES_VOLUMES';

/** Whether a setting stays on the task's own pod: unless it is handed on and was not asked to be applied too. */
export function staysOnPod({ taskConfigPassthroughs = [] }: Passthroughs, field: PassedField): boolean {
  return taskConfigPassthroughs.filter((passed) => passed.field === field).every((passed) => passed.applyToTask === true);
}

export function isHandedOn({ taskConfigPassthroughs = [] }: Passthroughs, field: PassedField): boolean {
  return taskConfigPassthroughs.some((passed) => passed.field === field);
}

/** The value of a component's TASK_CONFIG input, with the keys that the SDK reads; what is not handed on has none. */
export function taskConfigOf(
  component: Passthroughs,
  settings: { readonly pod: Pick<PodFragment, 'affinity' | 'tolerations' | 'nodeSelector' | 'volumes' | 'volumeMounts'>; readonly env: readonly EnvVariable[]; readonly resources: ContainerResources },
): JsonObject {
  const { pod, env, resources } = settings;
  const passed = (field: PassedField, value: object): object => (isHandedOn(component, field) ? value : {});
  const config = {
    ...passed('KUBERNETES_AFFINITY', { affinity: pod.affinity }),
    ...passed('KUBERNETES_TOLERATIONS', { tolerations: pod.tolerations }),
    ...passed('KUBERNETES_NODE_SELECTOR', { nodeSelector: pod.nodeSelector }),
    ...passed('ENV', { env }),
    ...passed('KUBERNETES_VOLUMES', { volumes: pod.volumes, volumeMounts: pod.volumeMounts }),
    ...passed('RESOURCES', { resources: { limits: resources.limits, requests: resources.requests } }),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as JsonObject;
}

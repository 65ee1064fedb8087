/** Where runs are carried out. */
export type Substrate = 'embedded' | 'kubernetes';

/**
 * What becomes of a setting: it works, it works where tasks run in containers and is refused elsewhere, it has no meaning there and the
 * run goes on without, or the run is refused.
 */
export type Support = 'works' | 'with containers' | 'without effect' | 'refused';

export interface SettingSupport extends Readonly<Record<Substrate, Support>> {
  /** What a user called to set it. */
  readonly name: string;
}

/**
 * The settings of KubernetesExecutorConfig; docs/kfp-compatibility.md says the same in sentences. On one machine, what only chooses a node
 * or describes a pod has no effect; what the user's code would see works.
 */
export const KUBERNETES_SETTINGS: Readonly<Record<string, SettingSupport>> = {
  secretAsEnv: { name: 'secrets in environment variables', embedded: 'works', kubernetes: 'works' },
  secretAsVolume: { name: 'secrets as files', embedded: 'works', kubernetes: 'works' },
  configMapAsEnv: { name: 'config maps in environment variables', embedded: 'works', kubernetes: 'works' },
  configMapAsVolume: { name: 'config maps as files', embedded: 'works', kubernetes: 'works' },
  fieldPathAsEnv: { name: 'pod fields in environment variables', embedded: 'works', kubernetes: 'works' },
  pvcMount: { name: 'a persistent volume', embedded: 'works', kubernetes: 'works' },
  genericEphemeralVolume: { name: 'an ephemeral volume', embedded: 'works', kubernetes: 'works' },
  emptyDirMounts: { name: 'an empty folder (emptyDir)', embedded: 'works', kubernetes: 'works' },
  enabledSharedMemory: { name: 'shared memory', embedded: 'works', kubernetes: 'works' },
  activeDeadlineSeconds: { name: 'a timeout (set_timeout)', embedded: 'works', kubernetes: 'works' },
  podMetadata: { name: 'pod labels and annotations', embedded: 'works', kubernetes: 'works' },
  initContainers: { name: 'init containers', embedded: 'with containers', kubernetes: 'works' },
  imagePullPolicy: { name: 'an image pull policy', embedded: 'without effect', kubernetes: 'works' },
  imagePullSecret: { name: 'image pull secrets', embedded: 'without effect', kubernetes: 'works' },
  nodeSelector: { name: 'a node selector', embedded: 'without effect', kubernetes: 'works' },
  tolerations: { name: 'tolerations', embedded: 'without effect', kubernetes: 'works' },
  nodeAffinity: { name: 'node affinity', embedded: 'without effect', kubernetes: 'works' },
  podAffinity: { name: 'pod affinity', embedded: 'without effect', kubernetes: 'works' },
  securityContext: { name: 'a security context', embedded: 'without effect', kubernetes: 'works' },
  podResourceClaims: { name: 'resource claims', embedded: 'refused', kubernetes: 'refused' },
};

/** Where runs are carried out. */
export type Substrate = 'embedded' | 'kubernetes';

/** What becomes of a setting: it works, it has no meaning there and the run goes on without, or the run is refused. */
export type Support = 'works' | 'without effect' | 'refused';

interface SettingSupport extends Readonly<Record<Substrate, Support>> {
  /** What a user called to set it. */
  readonly name: string;
}

/**
 * The settings of KubernetesExecutorConfig. On one machine, what only chooses a node or describes a pod has no effect; what the user's
 * code would see is refused, because it would run differently without.
 */
export const KUBERNETES_SETTINGS: Readonly<Record<string, SettingSupport>> = {
  activeDeadlineSeconds: { name: 'a timeout (set_timeout)', embedded: 'works', kubernetes: 'works' },
  nodeSelector: { name: 'a node selector', embedded: 'without effect', kubernetes: 'refused' },
  tolerations: { name: 'tolerations', embedded: 'without effect', kubernetes: 'refused' },
  nodeAffinity: { name: 'node affinity', embedded: 'without effect', kubernetes: 'refused' },
  podAffinity: { name: 'pod affinity', embedded: 'without effect', kubernetes: 'refused' },
  podMetadata: { name: 'pod labels and annotations', embedded: 'without effect', kubernetes: 'refused' },
  imagePullSecret: { name: 'image pull secrets', embedded: 'without effect', kubernetes: 'refused' },
  imagePullPolicy: { name: 'an image pull policy', embedded: 'without effect', kubernetes: 'refused' },
  enabledSharedMemory: { name: 'shared memory', embedded: 'without effect', kubernetes: 'refused' },
  securityContext: { name: 'a security context', embedded: 'refused', kubernetes: 'refused' },
  secretAsEnv: { name: 'secrets in environment variables', embedded: 'refused', kubernetes: 'refused' },
  secretAsVolume: { name: 'secrets as files', embedded: 'refused', kubernetes: 'refused' },
  configMapAsEnv: { name: 'config maps in environment variables', embedded: 'refused', kubernetes: 'refused' },
  configMapAsVolume: { name: 'config maps as files', embedded: 'refused', kubernetes: 'refused' },
  fieldPathAsEnv: { name: 'pod fields in environment variables', embedded: 'refused', kubernetes: 'refused' },
  pvcMount: { name: 'a persistent volume', embedded: 'refused', kubernetes: 'refused' },
  genericEphemeralVolume: { name: 'an ephemeral volume', embedded: 'refused', kubernetes: 'refused' },
  emptyDirMounts: { name: 'an empty folder (emptyDir)', embedded: 'refused', kubernetes: 'refused' },
  initContainers: { name: 'init containers', embedded: 'refused', kubernetes: 'refused' },
  podResourceClaims: { name: 'resource claims', embedded: 'refused', kubernetes: 'refused' },
};

import { int32, int64, listOf, mapOf, message, messageOf, struct, text } from './message-type.js';
import type { FieldType, MessageType } from './message-type.js';

/** The fields of one executor's Kubernetes settings; what lies inside a list's entry is kept as written. */
export const kubernetesExecutorConfigMessage = message('a Kubernetes executor config', {
  secretAsVolume: listOf(struct),
  secretAsEnv: listOf(struct),
  pvcMount: listOf(struct),
  nodeSelector: struct,
  podMetadata: struct,
  imagePullSecret: listOf(struct),
  imagePullPolicy: text,
  configMapAsVolume: listOf(struct),
  configMapAsEnv: listOf(struct),
  activeDeadlineSeconds: int64,
  fieldPathAsEnv: listOf(struct),
  tolerations: listOf(struct),
  genericEphemeralVolume: listOf(struct),
  nodeAffinity: listOf(struct),
  podAffinity: listOf(struct),
  enabledSharedMemory: struct,
  emptyDirMounts: listOf(struct),
  securityContext: struct,
  initContainers: listOf(struct),
  podResourceClaims: listOf(struct),
});

const pipelineConfig = messageOf(
  message('a pipeline config', {
    resourceTtl: int32,
    resourceTtlOnCompletion: int32,
    resourceTtlOnSuccess: int32,
    resourceTtlOnFailure: int32,
    activeDeadlineSeconds: int32,
    workspace: messageOf(message('a workspace', { size: text, kubernetes: messageOf(message('a Kubernetes workspace', { pvcSpecPatch: struct })) })),
  }),
);

function singlePlatform(title: string, executorConfig: FieldType): FieldType {
  return messageOf(
    message(title, {
      deploymentSpec: messageOf(message('a platform deployment', { executors: mapOf(executorConfig) })),
      platform: text,
      config: struct,
      pipelineConfig,
    }),
  );
}

const kubernetesPlatform = singlePlatform('the Kubernetes platform', messageOf(kubernetesExecutorConfigMessage));
const otherPlatform = singlePlatform('a platform', struct);

/** The fields of PlatformSpec. */
export const platformSpecMessage: MessageType = message('a platform spec', {
  platforms: mapOf((name) => (name === 'kubernetes' ? kubernetesPlatform : otherPlatform)),
});


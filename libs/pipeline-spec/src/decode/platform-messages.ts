import { taskInputParameter, taskOutputParameter } from './ir-messages.js';
import { bool, int32, int64, listOf, mapOf, message, messageOf, struct, text } from './message-type.js';
import type { FieldType, MessageType } from './message-type.js';

const keyToEnv = (key: string): FieldType => listOf(messageOf(message('a key as a variable', { [key]: text, envVar: text }, { filled: [key, 'envVar'] })));
const labels = mapOf(text);
const metadata = messageOf(message('labels and annotations', { labels, annotations: labels }));
const requirements = listOf(messageOf(message('a selector requirement', { key: text, operator: text, values: listOf(text) }, { filled: ['key', 'operator'] })));
const claim = { mountPath: text, accessModes: listOf(text), size: text, defaultStorageClass: bool, storageClassName: text };

const initContainer = message('an init container', {
  name: text,
  image: text,
  command: listOf(text),
  args: listOf(text),
  env: listOf(messageOf(message('an environment variable', { name: text, value: text }, { filled: ['name'] }))),
  volumeMounts: listOf(messageOf(message('a volume mount', { volumeName: text, mountPath: text }, { filled: ['volumeName', 'mountPath'] }))),
  restartPolicy: text,
  resources: messageOf(message('resources', { requests: labels, limits: labels })),
});

/** The fields of one executor's Kubernetes settings. */
export const kubernetesExecutorConfigMessage = message('a Kubernetes executor config', {
  secretAsVolume: listOf(messageOf(message('a secret as a volume', { secretName: text, secretNameParameter: taskInputParameter, mountPath: text, optional: bool }, { filled: ['mountPath'] }))),
  secretAsEnv: listOf(messageOf(message('a secret as variables', { secretName: text, secretNameParameter: taskInputParameter, keyToEnv: keyToEnv('secretKey'), optional: bool }))),
  configMapAsVolume: listOf(
    messageOf(message('a config map as a volume', { configMapName: text, configMapNameParameter: taskInputParameter, mountPath: text, optional: bool }, { filled: ['mountPath'] })),
  ),
  configMapAsEnv: listOf(messageOf(message('a config map as variables', { configMapName: text, configMapNameParameter: taskInputParameter, keyToEnv: keyToEnv('configMapKey'), optional: bool }))),
  pvcMount: listOf(
    messageOf(
      message(
        'a volume claim mount',
        { pvcNameParameter: taskInputParameter, constant: text, componentInputParameter: text, taskOutputParameter, mountPath: text, subPath: text },
        { filled: ['mountPath'], oneOfs: [['constant', 'componentInputParameter', 'taskOutputParameter']] },
      ),
    ),
  ),
  nodeSelector: messageOf(message('a node selector', { labels, nodeSelectorJson: taskInputParameter })),
  tolerations: listOf(messageOf(message('a toleration', { key: text, operator: text, value: text, effect: text, tolerationSeconds: int64, tolerationJson: taskInputParameter }))),
  nodeAffinity: listOf(messageOf(message('a node affinity term', { matchExpressions: requirements, matchFields: requirements, weight: int32, nodeAffinityJson: taskInputParameter }))),
  podAffinity: listOf(
    messageOf(
      message('a pod affinity term', {
        matchPodExpressions: requirements,
        matchPodLabels: labels,
        topologyKey: text,
        namespaces: listOf(text),
        matchNamespaceExpressions: requirements,
        matchNamespaceLabels: labels,
        weight: int32,
        anti: bool,
      }),
    ),
  ),
  podMetadata: metadata,
  imagePullSecret: listOf(messageOf(message('an image pull secret', { secretName: text, secretNameParameter: taskInputParameter }))),
  imagePullPolicy: text,
  activeDeadlineSeconds: int64,
  fieldPathAsEnv: listOf(messageOf(message('a pod field as a variable', { name: text, fieldPath: text }, { filled: ['name', 'fieldPath'] }))),
  genericEphemeralVolume: listOf(messageOf(message('an ephemeral volume', { volumeName: text, ...claim, metadata }, { filled: ['volumeName', 'mountPath'] }))),
  emptyDirMounts: listOf(messageOf(message('an empty folder', { volumeName: text, mountPath: text, medium: text, sizeLimit: text }, { filled: ['volumeName', 'mountPath'] }))),
  enabledSharedMemory: messageOf(message('shared memory', { volumeName: text, size: text })),
  securityContext: messageOf(message('a security context', { runAsUser: int64, runAsGroup: int64, runAsNonRoot: bool })),
  initContainers: listOf(messageOf(initContainer)),
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

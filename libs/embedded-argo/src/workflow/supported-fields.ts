/**
 * Which fields of a Workflow embedded Argo understands. A field that is in no list is refused by name.
 *
 * `used` changes what happens. `harmless` is accepted without effect because it only says where, how privileged or with which
 * guarantees a pod runs: on one machine a task computes the same without it.
 */
export interface FieldRules {
  readonly used: readonly string[];
  readonly harmless?: readonly string[];
  /** Why something well known is refused, and what to do. */
  readonly refused?: Readonly<Record<string, string>>;
}

const SCHEDULING = [
  'affinity', 'automountServiceAccountToken', 'dnsConfig', 'dnsPolicy', 'enableServiceLinks', 'executor', 'hostAliases', 'hostNetwork',
  'imagePullSecrets', 'nodeSelector', 'podMetadata', 'podPriorityClassName', 'priorityClassName', 'priority', 'runtimeClassName',
  'schedulerName', 'securityContext', 'serviceAccountName', 'terminationGracePeriodSeconds', 'tolerations', 'topologySpreadConstraints',
] as const;

export const WORKFLOW_FIELDS: FieldRules = {
  used: [
    'activeDeadlineSeconds', 'arguments', 'entrypoint', 'hooks', 'onExit', 'parallelism', 'podSpecPatch', 'shutdown', 'templates', 'ttlStrategy',
    'volumeClaimGC', 'volumeClaimTemplates', 'volumes',
  ],
  harmless: [...SCHEDULING, 'archiveLogs', 'artifactGC', 'podDisruptionBudget', 'podGC'],
  refused: {
    suspend: 'create the workflow when it is to run',
    workflowTemplateRef: 'put the templates into the workflow',
    templateDefaults: 'put the defaults into each template',
    retryStrategy: 'put it into each template',
  },
};

export const TEMPLATE_FIELDS: FieldRules = {
  used: [
    'activeDeadlineSeconds', 'archiveLocation', 'container', 'dag', 'initContainers', 'inputs', 'name', 'outputs', 'parallelism', 'podSpecPatch',
    'resource', 'retryStrategy', 'script', 'sidecars', 'steps', 'suspend', 'volumes',
  ],
  harmless: [...SCHEDULING, 'annotations', 'metadata', 'podResources'],
  refused: {
    timeout: 'use activeDeadlineSeconds',
    failFast: 'use dag.failFast',
  },
};

export const DAG_FIELDS: FieldRules = { used: ['failFast', 'target', 'tasks'] };

const CALL_FIELDS = [
  'arguments', 'continueOn', 'hooks', 'inline', 'name', 'onExit', 'template', 'when', 'withItems', 'withParam', 'withSequence',
] as const;
const CALL_REFUSED = { templateRef: 'put the template into the workflow' } as const;

export const TASK_FIELDS: FieldRules = { used: [...CALL_FIELDS, 'dependencies', 'depends'], refused: CALL_REFUSED };

export const STEP_FIELDS: FieldRules = { used: CALL_FIELDS, refused: CALL_REFUSED };

/** Hooks of tasks, of steps and of the workflow. */
export const HOOKS_FIELDS: FieldRules = {
  used: ['exit'],
};

export const HOOK_FIELDS: FieldRules = {
  used: ['arguments', 'template'],
  refused: { expression: 'an exit hook always runs; let its template decide', templateRef: 'put the template into the workflow' },
};

export const RESOURCE_FIELDS: FieldRules = {
  used: ['action', 'failureCondition', 'manifest', 'successCondition'],
  harmless: ['setOwnerReference'],
  refused: { flags: 'say everything in the manifest', manifestFrom: 'put the manifest into the template', mergeStrategy: 'use apply' },
};

export const CONTAINER_FIELDS: FieldRules = {
  used: ['args', 'command', 'env', 'envFrom', 'image', 'name', 'resources', 'volumeMounts', 'workingDir'],
  harmless: [
    'imagePullPolicy', 'lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'securityContext', 'startupProbe', 'stdin', 'stdinOnce',
    'terminationMessagePath', 'terminationMessagePolicy', 'tty',
  ],
};

/** Of a pod's spec, as far as a podSpecPatch may set it. */
export const POD_FIELDS: FieldRules = {
  used: ['activeDeadlineSeconds', 'containers', 'initContainers', 'volumes'],
  harmless: [...SCHEDULING, 'restartPolicy', 'shareProcessNamespace'],
};

export const ENV_FIELDS: FieldRules = {
  used: ['name', 'value', 'valueFrom'],
};

export const ENV_SOURCE_FIELDS: FieldRules = {
  used: ['configMapKeyRef', 'fieldRef', 'secretKeyRef'],
  refused: { resourceFieldRef: 'give the value itself' },
};

export const MOUNT_FIELDS: FieldRules = {
  used: ['mountPath', 'name', 'readOnly', 'subPath'],
  harmless: ['mountPropagation', 'recursiveReadOnly'],
};

export const VOLUME_FIELDS: FieldRules = {
  // Of an ephemeral volume only that it is there: it is a folder of the pod's, like an emptyDir.
  used: ['configMap', 'emptyDir', 'ephemeral', 'hostPath', 'name', 'persistentVolumeClaim', 'secret'],
};

export const INPUT_PARAMETER_FIELDS: FieldRules = { used: ['default', 'description', 'enum', 'name', 'value'] };

export const OUTPUT_PARAMETER_FIELDS: FieldRules = {
  used: ['default', 'description', 'enum', 'globalName', 'name', 'value', 'valueFrom'],
};

const LOCATIONS = ['artifactory', 'azure', 'gcs', 'git', 'hdfs', 'http', 'oss', 'plugin', 'raw', 's3'] as const;
const ELSEWHERE = 'artifacts are kept in a folder on one machine: leave the location out, give a key alone, or fetch it in the task';

export const ARTIFACT_FIELDS: FieldRules = {
  used: ['archive', 'from', 'globalName', 'mode', 'name', 'optional', 'path', 'raw', 'recurseMode', 's3', 'subPath'],
  harmless: ['artifactGC'],
  refused: {
    ...Object.fromEntries(LOCATIONS.map((field) => [field, ELSEWHERE])),
    fromExpression: 'refer to one artifact with from',
  },
};

export const S3_FIELDS: FieldRules = {
  used: ['key'],
  refused: Object.fromEntries(['bucket', 'endpoint', 'region', 'insecure', 'accessKeySecret', 'secretKeySecret'].map((field) => [field, ELSEWHERE])),
};

/** How an artifact is packed. */
export const PACKING_FIELDS: FieldRules = { used: ['none', 'tar'], refused: { zip: 'use tar or none' } };

export const RETRY_FIELDS: FieldRules = { used: ['backoff', 'limit', 'retryPolicy'], harmless: ['affinity'] };

export const ARCHIVE_FIELDS: FieldRules = {
  used: [],
  harmless: ['archiveLogs'],
  refused: Object.fromEntries(LOCATIONS.map((field) => [field, 'logs are kept by the executor; leave the location out'])),
};

/** One reason for each field of the object that no list knows; `undefined` values count as absent. */
export function unsupportedFields(object: object, rules: FieldRules, path: string): { path: string; message: string }[] {
  const known = new Set([...rules.used, ...(rules.harmless ?? [])]);
  return Object.entries(object)
    .filter(([field, value]) => value !== undefined && value !== null && !known.has(field))
    .map(([field]) => ({
      path: `${path}.${field}`,
      message: `is not supported on one machine: ${rules.refused?.[field] ?? 'leave it out, or run the pipeline on a cluster'}`,
    }));
}

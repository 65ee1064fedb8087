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
    'activeDeadlineSeconds', 'arguments', 'entrypoint', 'parallelism', 'podSpecPatch', 'shutdown', 'templates', 'ttlStrategy', 'volumes',
  ],
  harmless: [...SCHEDULING, 'archiveLogs', 'artifactGC', 'podDisruptionBudget', 'podGC', 'volumeClaimGC'],
  refused: {
    onExit: 'give the clean-up task a tolerant "depends" instead',
    hooks: 'give the hook\'s task a tolerant "depends" instead',
    suspend: 'create the workflow when it is to run',
    volumeClaimTemplates: 'mount a hostPath volume instead',
    workflowTemplateRef: 'put the templates into the workflow',
    templateDefaults: 'put the defaults into each template',
    retryStrategy: 'put it into each template',
  },
};

export const TEMPLATE_FIELDS: FieldRules = {
  used: [
    'activeDeadlineSeconds', 'container', 'dag', 'inputs', 'name', 'outputs', 'parallelism', 'podSpecPatch', 'retryStrategy', 'suspend',
    'volumes', 'archiveLocation',
  ],
  harmless: [...SCHEDULING, 'annotations', 'metadata', 'podResources'],
  refused: {
    steps: 'write the steps as tasks of a dag',
    script: 'use a container template whose command is the interpreter',
    resource: 'there is no Kubernetes API on one machine',
    timeout: 'use activeDeadlineSeconds',
    initContainers: 'do their work in the container',
    sidecars: 'do their work in the container',
    failFast: 'use dag.failFast',
  },
};

export const DAG_FIELDS: FieldRules = { used: ['failFast', 'target', 'tasks'] };

export const TASK_FIELDS: FieldRules = {
  used: ['arguments', 'continueOn', 'dependencies', 'depends', 'name', 'template', 'when', 'withItems', 'withParam', 'withSequence'],
  refused: {
    hooks: 'use a further task with a tolerant "depends"',
    onExit: 'use a further task with a tolerant "depends"',
    inline: 'name the template',
    templateRef: 'put the template into the workflow',
  },
};

export const CONTAINER_FIELDS: FieldRules = {
  used: ['args', 'command', 'env', 'image', 'name', 'resources', 'volumeMounts', 'workingDir'],
  harmless: [
    'imagePullPolicy', 'lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'securityContext', 'startupProbe', 'stdin', 'stdinOnce',
    'terminationMessagePath', 'terminationMessagePolicy', 'tty',
  ],
  refused: { envFrom: 'give each variable in env' },
};

/** Of a pod's spec, as far as a podSpecPatch may set it. */
export const POD_FIELDS: FieldRules = {
  used: ['activeDeadlineSeconds', 'containers', 'volumes'],
  harmless: [...SCHEDULING, 'restartPolicy', 'shareProcessNamespace'],
  refused: { initContainers: 'do their work in the container' },
};

export const ENV_FIELDS: FieldRules = {
  used: ['name', 'value'],
  refused: { valueFrom: 'give the value itself; there are no secrets, config maps or pod fields on one machine' },
};

export const MOUNT_FIELDS: FieldRules = {
  used: ['mountPath', 'name', 'readOnly', 'subPath'],
  harmless: ['mountPropagation', 'recursiveReadOnly'],
};

export const VOLUME_FIELDS: FieldRules = {
  used: ['emptyDir', 'hostPath', 'name'],
  refused: {
    persistentVolumeClaim: 'mount a hostPath volume instead',
    secret: 'there are no secrets on one machine; mount a hostPath volume instead',
    configMap: 'there are no config maps on one machine; mount a hostPath volume instead',
  },
};

export const INPUT_PARAMETER_FIELDS: FieldRules = { used: ['default', 'description', 'enum', 'name', 'value'] };

export const OUTPUT_PARAMETER_FIELDS: FieldRules = {
  used: ['default', 'description', 'enum', 'name', 'value', 'valueFrom'],
  refused: { globalName: 'refer to the task\'s output instead' },
};

const ARTIFACT_IN_PLACE = 'artifacts are not moved on one machine: leave the location out and use the path';
const LOCATIONS = ['artifactory', 'azure', 'gcs', 'git', 'hdfs', 'http', 'oss', 'plugin', 'raw', 's3'] as const;

export const ARTIFACT_FIELDS: FieldRules = {
  used: ['name', 'optional', 'path'],
  harmless: ['archive', 'artifactGC', 'mode', 'recurseMode'],
  refused: {
    ...Object.fromEntries(LOCATIONS.map((field) => [field, ARTIFACT_IN_PLACE])),
    from: ARTIFACT_IN_PLACE,
    fromExpression: ARTIFACT_IN_PLACE,
    subPath: ARTIFACT_IN_PLACE,
  },
};

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
      message: `is not supported on one machine${rules.refused?.[field] === undefined ? '' : `: ${rules.refused[field]}`}`,
    }));
}

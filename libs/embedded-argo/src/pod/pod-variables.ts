import { hostname } from 'node:os';
import type { Template, Workflow } from '@millrace/argo';
import type { KeyedObjects } from './keyed-folders.js';

type Container = NonNullable<Template['container']>;
type Variable = NonNullable<Container['env']>[number];

/** What a pod could be asked about itself. */
export interface PodIdentity {
  readonly workflow: Workflow;
  readonly template: Pick<Template, 'metadata'>;
  readonly podName: string;
  /** Of the attempt. */
  readonly uid: string;
  readonly nodeId: string;
}

export interface PlainVariable {
  readonly name: string;
  readonly value: string;
  /** Its value is not to be written down. */
  readonly secret?: true;
}

/** Variables with the values that Kubernetes would find for them. One that is optional and missing is left out. Throws Error with a message for the user. */
export function resolveVariables(variables: readonly Variable[], objects: KeyedObjects, pod: PodIdentity): PlainVariable[] {
  return variables.flatMap((variable): PlainVariable[] => {
    const { name, value = '', valueFrom } = variable;
    if (valueFrom === undefined) return [{ name, value }];
    const { secretKeyRef: secret, configMapKeyRef: configMap, fieldRef } = valueFrom;
    if (secret !== undefined) {
      const found = objects.secrets.value(secret.name ?? '', secret.key, { optional: secret.optional === true });
      return found === undefined ? [] : [{ name, value: found, secret: true }];
    }
    if (configMap !== undefined) {
      const found = objects.configMaps.value(configMap.name ?? '', configMap.key, { optional: configMap.optional === true });
      return found === undefined ? [] : [{ name, value: found }];
    }
    if (fieldRef === undefined) throw new Error(`the variable "${name}" has a source that is not supported on one machine; use a value, a secret, a config map or a field of the pod`);
    return [{ name, value: fieldOf(fieldRef.fieldPath, pod) }];
  });
}

/** All keys of secrets and config maps as variables; what comes later wins. Throws Error with a message for the user. */
export function resolveWholes(sources: NonNullable<Container['envFrom']>, objects: KeyedObjects): PlainVariable[] {
  return sources.flatMap(({ prefix = '', secretRef: secret, configMapRef: configMap }): PlainVariable[] => {
    const [from, whole] = secret === undefined ? [objects.configMaps, configMap] : [objects.secrets, secret];
    const { name = '', optional = false } = whole ?? {};
    return from.keys(name, { optional }).map((key) => ({ name: `${prefix}${key}`, value: from.value(name, key)!, ...(secret !== undefined && { secret: true as const }) }));
  });
}

/** Why a secret or config map cannot be variables here; undefined when it can. */
export function problemOfWhole(source: NonNullable<Container['envFrom']>[number], objects: KeyedObjects): string | undefined {
  try {
    resolveWholes([source], objects);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why a variable can have no value here, whatever the pod; undefined when it can. */
export function problemOfVariable({ name, valueFrom }: Variable, objects: KeyedObjects): string | undefined {
  try {
    resolveVariables([{ name, ...(valueFrom !== undefined && { valueFrom }) }], objects, ANY_POD);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const ANY_POD: PodIdentity = { workflow: { metadata: {}, spec: {} } as Workflow, template: {}, podName: '', uid: '', nodeId: '' };

/** A field of a pod as it would be on a cluster of this machine. */
function fieldOf(path: string, { workflow, template, podName, uid, nodeId }: PodIdentity): string {
  const { metadata, spec } = workflow;
  const entry = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path);
  if (entry !== null) {
    const [, kind, key = ''] = entry;
    const own: Readonly<Record<string, string>> =
      kind === 'labels'
        ? { 'workflows.argoproj.io/workflow': metadata.name ?? '', 'workflows.argoproj.io/completed': 'false' }
        : { 'workflows.argoproj.io/node-id': nodeId };
    const all: Readonly<Record<string, string>> = { ...spec.podMetadata?.[kind as 'labels'], ...template.metadata?.[kind as 'labels'], ...own };
    return Object.hasOwn(all, key) ? (all[key] as string) : '';
  }
  switch (path) {
    case 'metadata.name':
      return podName;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return uid;
    case 'spec.nodeName':
      return hostname();
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
    case 'status.podIP':
    case 'status.podIPs':
      return '127.0.0.1';
    default:
      throw new Error(`the pod's field "${path}" means nothing on one machine; use metadata.name, .namespace, .uid, .labels['…'] or .annotations['…'], spec.nodeName, spec.serviceAccountName, status.hostIP or status.podIP`);
  }
}

import type { ResourceKind, ResourceRef } from '@millrace/resources';

interface KindFacts {
  readonly apiVersion: string;
  readonly plural: string;
}

const KINDS: Readonly<Record<ResourceKind, KindFacts>> = {
  Workflow: { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows' },
  ScheduledWorkflow: { apiVersion: 'kubeflow.org/v1beta1', plural: 'scheduledworkflows' },
};

export function apiVersionOf(kind: ResourceKind): string {
  return KINDS[kind].apiVersion;
}

/** Where a kind is listed and created; in all namespaces when none is given. */
export function collectionPath(kind: ResourceKind, namespace: string | undefined): string {
  const { apiVersion, plural } = KINDS[kind];
  return `/apis/${apiVersion}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}

export function objectPath(kind: ResourceKind, { namespace, name }: ResourceRef): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

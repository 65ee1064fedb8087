import type { JsonObject } from '@millrace/pipeline-spec';

/** A variable of a container: with its value, or with where Kubernetes finds it. */
export interface EnvVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: JsonObject;
}

/** The parts of a pod that a setting can be in whose name is known only when the task begins. */
export const POD_FIELDS = ['volumes', 'volumeMounts', 'nodeSelector', 'tolerations', 'affinity', 'imagePullSecrets'] as const;
export type PodField = (typeof POD_FIELDS)[number];

export function isPodField(field: string): field is PodField {
  return (POD_FIELDS as readonly string[]).includes(field);
}

/**
 * What a task's pod has beside its container's program, in Kubernetes' own words. Absent parts are empty. `volumeMounts`, `imagePullPolicy`
 * and `securityContext` are the main container's.
 */
export interface PodFragment {
  readonly volumes?: readonly JsonObject[];
  readonly volumeMounts?: readonly JsonObject[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly JsonObject[];
  readonly affinity?: JsonObject;
  readonly imagePullSecrets?: readonly JsonObject[];
  readonly imagePullPolicy?: string;
  readonly securityContext?: JsonObject;
  readonly initContainers?: readonly JsonObject[];
}

/** Kubernetes resource quantities, keys `cpu`, `memory` and device names. */
export interface ContainerResources {
  readonly limits: Readonly<Record<string, string>>;
  readonly requests: Readonly<Record<string, string>>;
}

/** The names of the volume claims that a pod mounts: part of what makes two executions the same. */
export function claimsOf(pod: PodFragment): string[] {
  const names = (pod.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    const claim = (persistentVolumeClaim as JsonObject | undefined)?.['claimName'];
    return typeof claim === 'string' ? [claim] : [];
  });
  return [...new Set(names)];
}

import type { Template } from '@millrace/argo';
import type { KeyedObjects } from './keyed-folders.js';
import { problemOfVariable } from './pod-variables.js';

/** What a pod refers to by name. */
export interface PodReferences {
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumes: readonly object[];
}

type Variable = NonNullable<NonNullable<Template['container']>['env']>[number];
type Volume = NonNullable<Template['volumes']>[number];

/** What a pod refers to and is not there, each once, as sentences. A claim may be made before the pod is, so it is not looked at. */
export function problemsOfPod({ env, volumes }: PodReferences, objects: KeyedObjects): string[] {
  const problems = [...env.map((variable) => problemOfVariable(variable as Variable, objects)), ...volumes.map((volume) => problemOfVolume(volume as Volume, objects))];
  return [...new Set(problems.filter((problem) => problem !== undefined))];
}

function problemOfVolume({ secret, configMap }: Volume, { secrets, configMaps }: KeyedObjects): string | undefined {
  try {
    if (secret !== undefined) secrets.path(secret.secretName ?? '', { optional: secret.optional === true });
    if (configMap !== undefined) configMaps.path(configMap.name ?? '', { optional: configMap.optional === true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

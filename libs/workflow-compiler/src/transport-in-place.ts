import type { Layout } from '@millrace/pipeline-semantics';
import type { PodFiles, PodPlaces, Transport } from './transport.js';

/**
 * One machine: the task writes where its URIs point, so nothing is moved and Argo knows of no artifacts. The mounts make the two
 * folders exist and let a container see them.
 */
export function transportInPlace({ parameterFolder }: Pick<Layout, 'parameterFolder'>): Transport {
  const placesOf = (localTaskRoot: string): PodPlaces => ({ localTaskRoot, parameterFolder: parameterFolder(localTaskRoot) });
  return {
    known: (_task, plan) => filesAt(placesOf(plan.localTaskRoot), []),
    late: () => filesAt({ localTaskRoot: '{{inputs.parameters.root}}', parameterFolder: '{{inputs.parameters.parameters}}' }, ['root', 'parameters']),
    answer: (_component, plan) => ({ root: plan.localTaskRoot, parameters: parameterFolder(plan.localTaskRoot) }),
  };
}

function filesAt(places: PodPlaces, slots: readonly string[]): PodFiles {
  const { localTaskRoot, parameterFolder } = places;
  return {
    results: places,
    slots,
    volumes: [
      { name: 'task-root', hostPath: { path: localTaskRoot, type: 'DirectoryOrCreate' } },
      { name: 'task-parameters', hostPath: { path: parameterFolder, type: 'DirectoryOrCreate' } },
    ],
    volumeMounts: [
      { name: 'task-root', mountPath: localTaskRoot },
      { name: 'task-parameters', mountPath: parameterFolder },
    ],
    inputArtifacts: [],
    outputArtifacts: [],
  };
}

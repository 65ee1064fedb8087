import type { PodFiles, PodPlaces } from './transport.js';

/**
 * One machine: the task writes where its URIs point, so nothing is moved and Argo knows of no artifacts. The mounts make the two
 * folders exist and let a container see them.
 */
export function transportInPlace({ localTaskRoot, parameterFolder }: PodPlaces): PodFiles {
  return {
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

import { join, posix } from 'node:path';
import type { Mount } from '../executor.js';
import type { Container, Volume } from './pod-spec-patch.js';

const VOLUME_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * The folders of the machine behind a container's volumeMounts. An emptyDir lives under `podFolder` and ends with the pod.
 * Throws Error with a message for the user.
 */
export function resolveMounts(container: Container, volumes: readonly Volume[], podFolder: string): Mount[] {
  const byName = new Map(volumes.map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).map((mount) => {
    const volume = byName.get(mount.name);
    if (volume === undefined) throw new Error(`volumeMount "${mount.name}" names no volume`);
    const subPath = mount.subPath ?? '';
    if (subPath.split('/').includes('..')) throw new Error(`volumeMount "${mount.name}" has a subPath with "..": "${subPath}"`);
    if (!posix.isAbsolute(mount.mountPath)) throw new Error(`volumeMount "${mount.name}" has a mountPath that is not absolute: "${mount.mountPath}"`);
    if (!VOLUME_NAME.test(volume.name)) throw new Error(`volume "${volume.name}" must be named with lower-case letters, digits and "-"`);
    const { hostPath } = volume;
    const base = hostPath === undefined ? join(podFolder, 'volumes', volume.name) : hostPath.path;
    if (!posix.isAbsolute(base)) throw new Error(`volume "${volume.name}" has a hostPath that is not absolute: "${base}"`);
    return {
      source: join(base, subPath),
      target: posix.normalize(mount.mountPath).replace(/(?<=.)\/$/, ''),
      // Kubernetes makes what a subPath names; the volume itself only when its type says so.
      create: hostPath === undefined || hostPath.type === 'DirectoryOrCreate' || (subPath !== '' && hostPath.type !== 'File'),
      ...(mount.readOnly === true ? { readOnly: true } : {}),
    };
  });
}

/** Where on the machine the task's path lies: behind the deepest mount that holds it; undefined when no mount does. */
export function hostPathOf(taskPath: string, mounts: readonly Mount[]): string | undefined {
  const path = posix.normalize(taskPath);
  const holds = ({ target }: Mount): boolean => path === target || path.startsWith(target === '/' ? '/' : `${target}/`);
  const deepest = mounts.filter(holds).sort((a, b) => b.target.length - a.target.length)[0];
  return deepest === undefined ? undefined : join(deepest.source, path.slice(deepest.target.length));
}

/**
 * Mounts for the folders of output parameters that no volume holds, so that two tasks that declare the same path do not meet.
 * A cluster reads such files from the container's own file system.
 */
export function mountsForOutputs(paths: readonly string[], mounts: readonly Mount[], podFolder: string): Mount[] {
  const added: Mount[] = [];
  for (const path of paths) {
    if (hostPathOf(path, [...mounts, ...added]) !== undefined) continue;
    const folder = posix.dirname(posix.normalize(path));
    if (!posix.isAbsolute(folder) || folder === '/') {
      throw new Error(`the output path "${path}" must be absolute and inside a folder other than "/"`);
    }
    added.push({ source: join(podFolder, 'outputs', String(added.length)), target: folder, create: true });
  }
  return added;
}

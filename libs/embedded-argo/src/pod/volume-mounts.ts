import { join, posix } from 'node:path';
import type { Mount } from '../executor.js';
import type { KeyedObjects } from './keyed-folders.js';
import type { Container, Volume } from './pod-spec-patch.js';

const VOLUME_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Where volumes that outlive a pod are found; both throw Error for what is not there. */
export interface VolumeSources extends KeyedObjects {
  readonly claimPath: (claim: string) => string;
}

/**
 * The folders of the machine behind a container's volumeMounts. An emptyDir lives under `podFolder` and ends with the pod.
 * Throws Error with a message for the user.
 */
export function resolveMounts(container: Pick<Container, 'volumeMounts'>, volumes: readonly Volume[], podFolder: string, sources: VolumeSources): Mount[] {
  const byName = new Map(volumes.map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).flatMap((mount): Mount | Mount[] => {
    const volume = byName.get(mount.name);
    if (volume === undefined) throw new Error(`volumeMount "${mount.name}" names no volume`);
    const subPath = mount.subPath ?? '';
    if (subPath.split('/').includes('..')) throw new Error(`volumeMount "${mount.name}" has a subPath with "..": "${subPath}"`);
    if (!posix.isAbsolute(mount.mountPath)) throw new Error(`volumeMount "${mount.name}" has a mountPath that is not absolute: "${mount.mountPath}"`);
    if (!VOLUME_NAME.test(volume.name)) throw new Error(`volume "${volume.name}" must be named with lower-case letters, digits and "-"`);
    const target = posix.normalize(mount.mountPath).replace(/(?<=.)\/$/, '');
    const keyed = keyedFiles(volume, sources);
    if (keyed !== undefined) return mountsOfFiles(keyed, target, subPath, podFolder);
    const { hostPath, persistentVolumeClaim: claim } = volume;
    const base = claim !== undefined ? sources.claimPath(claim.claimName) : hostPath === undefined ? join(podFolder, 'volumes', volume.name) : hostPath.path;
    if (!posix.isAbsolute(base)) throw new Error(`volume "${volume.name}" has a hostPath that is not absolute: "${base}"`);
    return {
      source: join(base, subPath),
      target,
      // Kubernetes makes what a subPath names; the volume itself only when its type says so.
      create: hostPath === undefined || hostPath.type === 'DirectoryOrCreate' || (subPath !== '' && hostPath.type !== 'File'),
      ...(mount.readOnly === true || claim?.readOnly === true ? { readOnly: true } : {}),
    };
  });
}

/** A volume of files by key: where each of them is wanted, or the folder that has them all. */
interface KeyedFiles {
  readonly name: string;
  /** Undefined: it is optional and missing. */
  readonly folder: string | undefined;
  readonly items?: readonly { readonly path: string; readonly file: string }[];
}

function keyedFiles({ name, secret, configMap }: Volume, { secrets, configMaps }: KeyedObjects): KeyedFiles | undefined {
  const given = secret ?? configMap;
  if (given === undefined) return undefined;
  const folders = secret === undefined ? configMaps : secrets;
  const called = (secret === undefined ? configMap?.name : secret.secretName) ?? '';
  const options = { optional: given.optional === true };
  const items = given.items?.flatMap(({ key, path }) => {
    if (posix.isAbsolute(path) || path.split('/').includes('..')) throw new Error(`volume "${name}" wants the key "${key}" at "${path}", which is not below it`);
    const file = folders.file(called, key, options);
    return file === undefined ? [] : [{ path, file }];
  });
  return { name, folder: folders.path(called, options), ...(items !== undefined && { items }) };
}

/** An optional volume that is missing is an empty folder. */
function mountsOfFiles({ name, folder, items }: KeyedFiles, target: string, subPath: string, podFolder: string): Mount[] {
  const empty: Mount = { source: join(podFolder, 'volumes', name), target, create: true };
  if (folder === undefined) return [empty];
  if (items === undefined) return [{ source: join(folder, subPath), target, readOnly: true }];
  if (subPath !== '') return items.filter(({ path }) => path === subPath).map(({ file }) => ({ source: file, target, readOnly: true }));
  return [empty, ...items.map(({ path, file }) => ({ source: file, target: posix.join(target, path), readOnly: true }))];
}

/** Where on the machine the task's path lies: behind the deepest mount that holds it; undefined when no mount does. */
export function hostPathOf(taskPath: string, mounts: readonly Mount[]): string | undefined {
  const path = posix.normalize(taskPath);
  const holds = ({ target }: Mount): boolean => path === target || path.startsWith(target === '/' ? '/' : `${target}/`);
  const deepest = mounts.filter(holds).sort((a, b) => b.target.length - a.target.length)[0];
  return deepest === undefined ? undefined : join(deepest.source, path.slice(deepest.target.length));
}

/**
 * Mounts for the folders of outputs that no volume holds, so that two tasks that declare the same path do not meet. A cluster reads
 * such files from the container's own file system. The folder of an output directly in "/" is the whole root of the task.
 */
export function mountsForOutputs(paths: readonly string[], mounts: readonly Mount[], podFolder: string): Mount[] {
  const added: (Mount & { readonly outputs: string[] })[] = [];
  for (const given of paths) {
    const path = posix.normalize(given).replace(/(?<=.)\/$/, '');
    const folder = posix.dirname(path);
    if (!posix.isAbsolute(folder) || path === '/') throw new Error(`the output path "${given}" must be absolute and name a file or folder`);
    if (hostPathOf(path, mounts) !== undefined) continue;
    // What lies deeper is not looked for in the root: a task's /tmp, for one, is elsewhere.
    const holder = added.find(({ target }) => (target === '/' ? folder === '/' : path.startsWith(`${target}/`)));
    if (holder === undefined) added.push({ source: join(podFolder, 'outputs', String(added.length)), target: folder, create: true, outputs: [posix.basename(path)] });
    else holder.outputs.push(posix.relative(holder.target, path));
  }
  return added.map((mount) => ({ ...mount, outputs: [...new Set(mount.outputs)] }));
}

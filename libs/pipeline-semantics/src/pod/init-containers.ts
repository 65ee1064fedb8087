import type { InitContainer, JsonObject } from '@millrace/pipeline-spec';
import { HARDENED } from './hardened.js';

/** Init containers as a pod has them, without privileges; one that is always restarted is a sidecar. Throws Error with a message for the user. */
export function initContainersOf(containers: readonly InitContainer[]): JsonObject[] {
  const names = new Set(['main', 'init', 'wait']);
  return containers.map(({ name = '', image = '', command = [], args = [], env = [], volumeMounts = [], restartPolicy = '', resources = {} }) => {
    if (name === '') throw new Error('an init container has no name; give each one');
    if (names.has(name)) throw new Error(`the init container name "${name}" is taken; give it another`);
    names.add(name);
    if (image === '') throw new Error(`the init container "${name}" has no image; give it one`);
    if (restartPolicy !== '' && restartPolicy !== 'Always') throw new Error(`the init container "${name}" has the restart policy "${restartPolicy}"; leave it out, or give "Always"`);
    for (const { volumeName, mountPath } of volumeMounts) {
      if (!mountPath.startsWith('/')) throw new Error(`the init container "${name}" mounts "${volumeName}" at "${mountPath}"; give an absolute path`);
    }
    const { requests = {}, limits = {} } = resources;
    return {
      name,
      image,
      ...(command.length > 0 && { command }),
      ...(args.length > 0 && { args }),
      ...(env.length > 0 && { env: env.map((variable) => ({ name: variable.name, value: variable.value ?? '' })) }),
      ...(volumeMounts.length > 0 && { volumeMounts: volumeMounts.map(({ volumeName, mountPath }) => ({ name: volumeName, mountPath })) }),
      ...(Object.keys(requests).length + Object.keys(limits).length > 0 && {
        resources: { ...(Object.keys(requests).length > 0 && { requests: { ...requests } }), ...(Object.keys(limits).length > 0 && { limits: { ...limits } }) },
      }),
      ...(restartPolicy !== '' && { restartPolicy }),
      securityContext: HARDENED,
    };
  });
}

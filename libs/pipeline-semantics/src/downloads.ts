import { isAttemptFolder } from './attempt-folder.js';
import type { Layout, ObjectLocation } from './layout.js';
import { isImageAddress, localPathOf, pathOfUri } from './local-path.js';
import type { RuntimeArtifact, TaskValues } from './run-view.js';

/** How many folders the artifacts of one list may lie in: each is an input of the pod, and a pod's inputs are counted before its list is known. */
export const MAX_LIST_FOLDERS = 8;

/** One object or folder that is brought to a task before it starts. */
export interface Download extends ObjectLocation {
  /** Where the task finds it. */
  readonly path: string;
}

export type Downloads =
  | { readonly kind: 'downloads'; readonly byInput: Readonly<Record<string, readonly Download[]>> }
  /** A sentence naming the input and the remedy. */
  | { readonly kind: 'problem'; readonly message: string };

/**
 * What a task on a cluster needs brought to it. A list is brought by the folders of the tasks that made its artifacts, because its length is not
 * known when the pod is laid out. Nothing is brought that is in the workspace or that a task sees where it is.
 */
export function downloadsOf(path: string, inputs: TaskValues, layout: Extract<Layout, { readonly transport: 'object-store' }>): Downloads {
  const byInput: Record<string, readonly Download[]> = {};
  for (const [name, artifacts] of Object.entries(inputs.artifacts)) {
    const found = new Map<string, Download>();
    for (const artifact of artifacts) {
      const { uri } = artifact;
      if (localPathOf({ uri, metadata: artifact.metadata }, layout) !== pathOfUri(uri)) continue;
      if (layout.mountsImages === true && isImageAddress(uri)) continue;
      const location = layout.locateObject(uri);
      if (!location) return { kind: 'problem', message: `Task "${path}" cannot be given its input "${name}": ${unreachable(artifact)}.` };
      const download = artifacts.length > 1 ? folderOf(uri, location) : { ...location, path: pathOfUri(uri) };
      found.set(download.path, download);
    }
    if (found.size > MAX_LIST_FOLDERS) {
      return {
        kind: 'problem',
        message: `Task "${path}" cannot be given its input "${name}": the list was made by ${found.size} tasks or runs, and at most ${MAX_LIST_FOLDERS} can be brought to one pod; turn caching off for the tasks that make it, or collect it in two steps.`,
      };
    }
    if (found.size > 0) byInput[name] = [...found.values()];
  }
  return { kind: 'downloads', byInput };
}

function unreachable({ uri }: RuntimeArtifact): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1];
  return scheme === undefined
    ? `"${uri}" is a path on no machine of the cluster; import an object of a store`
    : `"${uri}" is in a ${scheme}:// store that this installation has no credentials for; name one in the providers of the kfp-launcher ConfigMap`;
}

/**
 * What a task made lies in `<root>/<task>/<id>/<artifact>`, or in an attempt's folder there, and is brought with all that the task made in that run;
 * anything else by itself.
 */
function folderOf(uri: string, location: ObjectLocation): Download {
  const parts = location.key.split('/');
  const below = isAttemptFolder(parts.at(-2) ?? '') ? 3 : 2;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(parts.at(-below) ?? '')) return { ...location, path: pathOfUri(uri) };
  const above = parts.slice(-below).join('/');
  return { ...location, key: parts.slice(0, -below).join('/'), path: pathOfUri(uri).slice(0, -above.length - 1) };
}

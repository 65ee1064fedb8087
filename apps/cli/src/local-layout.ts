import { join, resolve, sep } from 'node:path';
import type { Layout } from '@millrace/pipeline-semantics';

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * One machine: a pipeline root is an absolute folder and an artifact's URI is its path, which the SDK takes as it is. Parameter
 * files lie in the task's own folder, because tasks side by side must not share `/tmp/kfp/outputs`.
 */
export function localLayout(artifactsFolder: string): Layout {
  const allowed = resolve(artifactsFolder);
  return {
    defaultPipelineRoot: allowed,
    transport: 'in-place',
    workspacePath: '/kfp-workspace',
    // A task has a /tmp of its own, and one in a container sees nothing of the machine that is not mounted for it.
    hides: (path) => path.startsWith('/') && path !== allowed && !path.startsWith(allowed + sep),
    refuseAddress(uri) {
      const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
      if (scheme === undefined || ['http', 'https', 'file'].includes(scheme)) return undefined;
      if (scheme === 'oci') return 'only containers can be given a model that is in an image; give the path of a file or folder of this machine.';
      return `this installation has no credentials for ${scheme}:// stores; give the path of a file or folder of this machine.`;
    },
    parameterFolder: (taskRoot) => join(taskRoot, '.parameters'),
    refuseRoot(uri) {
      if (uri === allowed || (uri.startsWith(allowed + sep) && resolve(uri) === uri)) return undefined;
      const scheme = SCHEME.exec(uri)?.[1];
      return scheme === undefined
        ? `pipeline root "${uri}" is outside ${allowed}; name a folder below it, or leave the pipeline root empty`
        : `pipeline root "${uri}" is in a ${scheme}:// store, which this installation has no credentials for; leave the pipeline root empty or name a folder below ${allowed}`;
    },
  };
}

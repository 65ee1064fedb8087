import { fine, warning, type Check } from '../finding.js';
import { listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { Meta } from './kube-objects.js';

/** Whether claims that name no class are given a volume. */
export const storageClass: Check<ClusterContext> = {
  name: 'storage-class',
  async examine({ client }) {
    const classes = await listAll<{ metadata: Meta }>(client, '/apis/storage.k8s.io/v1/storageclasses');
    const standard = classes.find(({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true');
    if (standard) return [fine(`Claims without a class are of ${standard.metadata.name}.`)];
    return [
      warning({
        what: `The cluster has no default StorageClass (${classes.length === 0 ? 'none at all' : classes.map(({ metadata }) => metadata.name).join(', ')}).`,
        why: 'The bundled MySQL and MinIO, workspaces and CreatePVC tasks that name no class wait for their volume for ever.',
        remedy: "Name a class (storageClassName), or make one the default: kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true",
      }),
    ];
  },
};

import { parseS3Uri, type S3Provider, type S3Providers } from '@millrace/object-store';
import type { Layout, ObjectStoreAccess } from '@millrace/pipeline-semantics';

export interface ClusterLayoutOptions {
  /** The stores of the namespace that the runs are in. */
  readonly providers: S3Providers;
  /** @default KFP's own, `minio://mlpipeline/v2/artifacts` */
  readonly defaultPipelineRoot?: string;
  /** Whether Kubernetes mounts images as volumes: from 1.31 on, where neither it nor its nodes are told not to. @default false */
  readonly imageVolumes?: boolean;
  /** Whether Kubernetes can start one container of a pod again by its exit code: from 1.35 on; an older one may refuse pods that ask for it. @default false */
  readonly containerRestarts?: boolean;
  /** Image, with `sh`, of the pods that copy imported objects into a run's workspace. @default importers that copy are refused */
  readonly copyImage?: string;
}

/**
 * A cluster: artifacts are objects that Argo's executor moves, and tasks find everything where KFP's launcher puts it. Keys from this process's
 * environment mean nothing to a pod, which goes by the identity of its own account there.
 */
export function clusterLayout({ providers, defaultPipelineRoot = 'minio://mlpipeline/v2/artifacts', imageVolumes = false, containerRestarts = false, copyImage }: ClusterLayoutOptions): Layout {
  // One service may hold the objects of both schemes, and is a store of each: a task finds an object by its scheme.
  const accesses = providers.all().map(({ scheme, provider }) => ({ provider, access: accessOf(scheme, provider) }));
  const locateObject: Extract<Layout, { readonly transport: 'object-store' }>['locateObject'] = (uri) => {
    const location = parseS3Uri(uri);
    const provider = location && providers.select(location);
    const store = accesses.find(({ access, provider: candidate }) => candidate === provider && access.scheme === location?.scheme)?.access;
    return location && store && { store, bucket: location.bucket, key: location.key };
  };
  return {
    transport: 'object-store',
    restartsContainers: containerRestarts,
    defaultPipelineRoot: defaultPipelineRoot.replace(/\/+$/, ''),
    stores: accesses.map(({ access }) => access),
    locateObject,
    parameterFolder: () => '/tmp/kfp/outputs',
    workspacePath: '/kfp-workspace',
    mountsImages: imageVolumes,
    ...(copyImage !== undefined && { copyImage }),
    refuseAddress(uri) {
      const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)?.[1]?.toLowerCase();
      if (scheme === undefined) return 'it is no address of an object; give one such as minio://bucket/folder/file.';
      // These no executor brings: the task itself has to know what to do with them.
      if (scheme === 'http' || scheme === 'https') return undefined;
      if (locateObject(uri)) return undefined;
      if (scheme === 'oci') return imageVolumes ? undefined : 'this Kubernetes is older than 1.31 and mounts no images; copy the model into an object store and import that, or upgrade.';
      return `this installation has no credentials for it; name its store in the providers of the kfp-launcher ConfigMap, or import from one of ${[...new Set(accesses.map(({ access }) => `${access.scheme}://`))].join(', ')}.`;
    },
    refuseRoot(uri) {
      const location = locateObject(uri);
      if (location) return undefined;
      return parseS3Uri(uri)
        ? `pipeline root "${uri}" is in a store that this installation has no credentials for; name one in the providers of the kfp-launcher ConfigMap`
        : `pipeline root "${uri}" is not in an object store; name one as minio://bucket/folder or s3://bucket/folder`;
    },
  };
}

function accessOf(scheme: ObjectStoreAccess['scheme'], { host, port, tls, region, credentials }: S3Provider): ObjectStoreAccess {
  const secret = credentials.kind === 'secret' ? { name: credentials.secretName, accessKeyKey: credentials.accessKeyKey, secretKeyKey: credentials.secretKeyKey } : undefined;
  return { scheme, endpoint: `${host}:${port}`, tls, region, ...(secret && { secret }) };
}

import type { Layout, ObjectStoreAccess } from '@millrace/pipeline-semantics';

const STORE: ObjectStoreAccess = { scheme: 'minio', endpoint: 's3:9000', tls: false, region: 'us-east-1' };

/** A cluster with one bucket. */
export const objectLayout: Extract<Layout, { readonly transport: 'object-store' }> = {
  transport: 'object-store',
  defaultPipelineRoot: 'minio://bucket/root',
  stores: [STORE],
  refuseRoot: () => undefined,
  parameterFolder: () => '/tmp/kfp/outputs',
  workspacePath: '/w',
  locateObject: (uri) => (uri.startsWith('minio://bucket') ? { bucket: 'bucket', key: uri.slice('minio://bucket/'.length), store: STORE } : undefined),
};

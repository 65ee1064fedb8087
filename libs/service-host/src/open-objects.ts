import { PipelineError } from '@millrace/errors';
import { clusterLayout, type KubeClient } from '@millrace/kubernetes';
import { parseS3Providers, readEndpoint, S3ObjectStore, type ObjectStore, type S3CredentialSource, type S3Keys, type S3Provider } from '@millrace/object-store';
import type { Layout } from '@millrace/pipeline-semantics';
import { parse } from 'yaml';
import type { ClusterSettings } from './cluster-settings.js';

const CONFIG_MAP = 'kfp-launcher';
const DEFAULT_SECRET = { name: 'mlpipeline-minio-artifact', accessKey: 'accesskey', secretKey: 'secretkey' };

/** Where artifacts are: KFP's `kfp-launcher` ConfigMap of the namespace where there is one, and the settings for what it does not say. */
export async function openObjects(settings: ClusterSettings, client: KubeClient): Promise<{ readonly objects: ObjectStore; readonly layout: Layout }> {
  const namespace = settings.MILLRACE_NAMESPACE;
  const launcher = await readConfigMap(client, namespace);
  const standard = standardProvider(settings);
  let providers;
  try {
    // Two services, though they are one: where a pod finds an object follows from the scheme of its address.
    providers = parseS3Providers(launcher['providers'] === undefined ? undefined : parse(launcher['providers']), { minio: standard, s3: { ...standard } });
  } catch (error) {
    throw error instanceof PipelineError ? error : new PipelineError('INVALID_ARGUMENT', `The providers of the ConfigMap "${CONFIG_MAP}" in namespace "${namespace}" cannot be read: ${(error as Error).message}`);
  }
  const defaultPipelineRoot = launcher['defaultPipelineRoot'] || settings.MILLRACE_PIPELINE_ROOT;
  return {
    objects: new S3ObjectStore({ providers, readKeys: (source) => readKeys(settings, client, source) }),
    layout: clusterLayout({ providers, ...(await readAbilities(client)), ...(defaultPipelineRoot !== undefined && { defaultPipelineRoot }), ...(settings.MILLRACE_COPY_IMAGE !== undefined && { copyImage: settings.MILLRACE_COPY_IMAGE }) }),
  };
}

/** What Kubernetes has fields for. Whether nodes can mount images is told by pods that wait; nodes that start no container again leave it as it ended. */
async function readAbilities(client: KubeClient): Promise<{ readonly imageVolumes: boolean; readonly containerRestarts: boolean }> {
  const { major, minor } = await client.json<{ major: string; minor: string }>({ path: '/version' });
  const isSince = (wanted: number): boolean => Number(major) > 1 || Number.parseInt(minor, 10) >= wanted;
  return { imageVolumes: isSince(31), containerRestarts: isSince(35) };
}

function standardProvider(settings: ClusterSettings): S3Provider {
  const endpoint = readEndpoint(settings.MILLRACE_S3_ENDPOINT, false);
  if (endpoint === undefined) throw new PipelineError('FAILED_PRECONDITION', `The settings cannot be used: MILLRACE_S3_ENDPOINT "${settings.MILLRACE_S3_ENDPOINT}" is not a host, host:port or http(s) address.`);
  return {
    ...endpoint,
    region: settings.MILLRACE_S3_REGION ?? 'us-east-1',
    pathStyle: settings.MILLRACE_S3_PATH_STYLE,
    credentials: {
      kind: 'secret',
      secretName: settings.MILLRACE_S3_SECRET ?? DEFAULT_SECRET.name,
      accessKeyKey: settings.MILLRACE_S3_SECRET_ACCESS_KEY ?? DEFAULT_SECRET.accessKey,
      secretKeyKey: settings.MILLRACE_S3_SECRET_SECRET_KEY ?? DEFAULT_SECRET.secretKey,
    },
  };
}

async function readConfigMap(client: KubeClient, namespace: string): Promise<Readonly<Record<string, string>>> {
  try {
    const { data } = await client.json<{ data?: Record<string, string> }>({ path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${CONFIG_MAP}` });
    return data ?? {};
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'NOT_FOUND') return {};
    throw error;
  }
}

async function readKeys(settings: ClusterSettings, client: KubeClient, source: S3CredentialSource): Promise<S3Keys | undefined> {
  const { MILLRACE_S3_ACCESS_KEY: accessKey, MILLRACE_S3_SECRET_KEY: secretKey } = settings;
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  if (source.kind === 'environment') return undefined;
  const { secretName, accessKeyKey, secretKeyKey } = source;
  const { data = {} } = await client.json<{ data?: Record<string, string> }>({ path: `/api/v1/namespaces/${encodeURIComponent(settings.MILLRACE_NAMESPACE)}/secrets/${encodeURIComponent(secretName)}` });
  const read = (key: string): string => {
    const value = data[key];
    if (value === undefined) throw new PipelineError('FAILED_PRECONDITION', `The Secret "${secretName}" has no "${key}"; put the object store's keys there.`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
  return { accessKey: read(accessKeyKey), secretKey: read(secretKeyKey) };
}

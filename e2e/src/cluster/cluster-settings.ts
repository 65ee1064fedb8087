import type { Images } from './fit-pipeline.js';

/** Where a cluster's runs go and what its nodes have: the environment as docs/cluster.md says. */
export interface ClusterSettings {
  readonly namespace: string;
  readonly s3: { readonly endpoint: string; readonly bucket: string; readonly keys: { readonly accessKey: string; readonly secretKey: string } };
  readonly images: Images;
  /** Of an installed Millrace. */
  readonly installedUrl: string | undefined;
  /** For one that is started here. */
  databaseUrl(): string;
}

/** The first of these variables that is set; empty is unset. */
export function setting(...names: readonly string[]): string | undefined {
  return names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');
}

export function readClusterSettings(): ClusterSettings {
  return {
    namespace: setting('E2E_NAMESPACE') ?? 'millrace-e2e',
    s3: {
      endpoint: needed('E2E_S3_ENDPOINT', 'S3_ENDPOINT_PODS', 'S3_ENDPOINT'),
      bucket: setting('E2E_S3_BUCKET', 'S3_BUCKET') ?? 'mlpipeline',
      keys: { accessKey: needed('E2E_S3_ACCESS_KEY', 'S3_ACCESS_KEY'), secretKey: needed('E2E_S3_SECRET_KEY', 'S3_SECRET_KEY') },
    },
    images: { python: setting('E2E_PYTHON_IMAGE'), shell: setting('E2E_SHELL_IMAGE'), model: setting('E2E_MODEL_IMAGE') },
    installedUrl: setting('MILLRACE_URL'),
    databaseUrl: () => needed('E2E_DATABASE_URL', 'TEST_MYSQL_URL'),
  };
}

function needed(...names: readonly string[]): string {
  const value = setting(...names);
  if (value === undefined) throw new Error(`Set ${names[0]}; see docs/cluster.md.`);
  return value;
}

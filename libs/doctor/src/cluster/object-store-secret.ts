import { parseS3Providers } from '@millrace/object-store';
import { parse } from 'yaml';
import { failure, fine, type Check, type Outcome } from '../finding.js';
import { findOne } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import { settingOf } from './install.js';

interface Keyed {
  readonly data?: Readonly<Record<string, string>>;
}

/** The Secret that pods mount, and KFP's ConfigMap that says which stores there are. */
export const objectStoreSecret: Check<ClusterContext> = {
  name: 'object-store-secret',
  async examine({ client, namespace, install }) {
    const at = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
    const launcher = await findOne<Keyed>(client, { path: `${at}/configmaps/kfp-launcher` });
    const name = settingOf(install, 'MILLRACE_S3_SECRET') ?? 'mlpipeline-minio-artifact';
    const keys = [settingOf(install, 'MILLRACE_S3_SECRET_ACCESS_KEY') ?? 'accesskey', settingOf(install, 'MILLRACE_S3_SECRET_SECRET_KEY') ?? 'secretkey'];
    const secret = await findOne<Keyed>(client, { path: `${at}/secrets/${encodeURIComponent(name)}` });
    const missing = keys.filter((key) => !secret?.data?.[key]);
    return [
      missing.length === 0
        ? fine(`Secret ${name} has ${keys.join(' and ')}.`)
        : failure({
            what: secret === undefined ? `There is no Secret ${name} in namespace ${namespace}.` : `Secret ${name} has no ${missing.join(' and no ')}.`,
            why: 'Services do not start, and pods of runs wait for it for ever.',
            remedy: `kubectl -n ${namespace} create secret generic ${name} --from-literal=${keys[0]}=… --from-literal=${keys[1]}=…`,
          }),
      ...launcherOutcome(launcher),
    ];
  },
};

function launcherOutcome(launcher: Keyed | undefined): Outcome[] {
  if (launcher === undefined) return [];
  try {
    const text = launcher.data?.['providers'];
    // What the services' settings say of the standard store stands in for what the document leaves out.
    const standard = { host: 'store', port: 80, tls: false, region: 'us-east-1', pathStyle: true, credentials: { kind: 'environment' } } as const;
    const stores = parseS3Providers(text === undefined ? undefined : parse(text), { minio: standard, s3: standard }).all().length;
    return [fine(`ConfigMap kfp-launcher can be read; it and the settings name ${stores} stores.`)];
  } catch (error) {
    return [failure({ what: `ConfigMap kfp-launcher cannot be used: ${(error as Error).message}`, why: 'No service starts with it.', remedy: 'Mend its key "providers" (objectStore.providers of the chart), and restart the services.' })];
  }
}

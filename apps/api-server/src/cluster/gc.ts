import { parseArgs } from 'node:util';
import { openDatabase } from '@millrace/database';
import { KubeClient, loadKubeConfig } from '@millrace/kubernetes';
import { clusterSettings, databaseUrl, openObjects, readOrExit, type ClusterSettings } from '@millrace/service-host';
import { apiSettings } from './api-settings.js';
import { collectGarbage } from './collect-garbage.js';

const DAY_MS = 86_400_000;
/** So long that whoever brings an older database back can look for what is gone before this does. */
const KEPT_DAYS = '7';

/** `gc [--remove] [--older-than DAYS] [--root URI …]`: what deleted runs have left in the bucket, below the install's pipeline root unless others are named. */
try {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { remove: { type: 'boolean', default: false }, 'older-than': { type: 'string', default: KEPT_DAYS }, root: { type: 'string', multiple: true } } });
  const days = Number(values['older-than']);
  if (!/^\d+$/.test(values['older-than']) || days < 1) throw new Error(`--older-than ${values['older-than']}: it is a number of days, at least 1.`);
  const settings = readOrExit(clusterSettings, Object.keys(apiSettings)) as ClusterSettings;
  const client = new KubeClient(loadKubeConfig({ file: settings.KUBECONFIG }), { userAgent: 'millrace' });
  // A database that another version is about to migrate is left alone.
  const database = await openDatabase({ url: databaseUrl(settings), migrations: 'await' });
  try {
    const { objects, layout } = await openObjects(settings, client);
    const roots = (values.root ?? [layout.defaultPipelineRoot]).map((root) => root.replace(/\/+$/, ''));
    await collectGarbage({ database, objects, roots, before: new Date(Date.now() - days * DAY_MS), remove: values.remove, say: (line) => console.log(line) });
  } finally {
    await database.close();
    await client.close();
  }
} catch (error) {
  console.error(`millrace: ${(error as Error).message}`);
  process.exit(1);
}

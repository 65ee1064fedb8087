import { openDatabase } from '@millrace/database';
import { clusterSettings, createLog, databaseSettings, databaseUrl, readOrExit, waitUntil } from '@millrace/service-host';
import { apiSettings } from './api-settings.js';

/** Brings the database up to date and ends: the step before a new version starts. Waits for a database that is still starting. */
const settings = readOrExit(databaseSettings, Object.keys({ ...clusterSettings, ...apiSettings }));
const log = createLog({ service: 'migrate', level: settings.MILLRACE_LOG_LEVEL });
const asked = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => asked.abort());
try {
  const url = databaseUrl(settings);
  const database = await waitUntil({ what: 'the database', log, signal: asked.signal }, () => openDatabase({ url, log: (message) => log('info', message) }));
  await database.close();
  log('info', 'the database is up to date');
} catch (error) {
  log('error', (error as Error).message);
  process.exit(1);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesTaskLogs } from '@millrace/kubernetes';
import { createRunController } from '@millrace/run-controller';
import { createScheduleController } from '@millrace/schedule-controller';
import { openCluster, rightsOf, rightsScope, runService, tellOpenRuns, watchRights } from '@millrace/service-host';
import { createApiServer } from '../create-api-server.js';
import { apiSettings } from './api-settings.js';
import { examineInstall } from './examine-install.js';
import { watchArgoDelay } from './watch-argo-delay.js';

const GRACE_MS = 15_000;
/** The image has the pages beside the program. */
const PAGES = join(import.meta.dirname, 'pages');
const PARSE_WORKER = join(import.meta.dirname, 'parse-worker.mjs');

await runService({ name: 'api-server', settings: apiSettings, drainMs: ({ MILLRACE_DRAIN_SECONDS }) => MILLRACE_DRAIN_SECONDS * 1000 }, async (settings, service) => {
  const { log, metrics, onClose } = service;
  // It tells why the service is not ready, too.
  const { diagnose, close } = examineInstall(settings);
  onClose(close);
  service.report('/doctor', diagnose);
  const { client, store, database, objects, layout, volumes, attempts } = await openCluster(settings, service);
  const namespace = settings.MILLRACE_NAMESPACE;
  watchRights(service, client, rightsOf('api-server', rightsScope(settings)));
  const timeZone = settings.MILLRACE_TIME_ZONE;
  const answered = metrics.seconds('millrace_http_request_duration_seconds', 'Requests by method, route and status, streams left out.', ['method', 'route', 'code']);
  tellOpenRuns(database, metrics);
  // Neither is started: runs and schedules are made here and followed by the controllers.
  const runs = createRunController({ database, store, objects, layout, volumes, attempts, substrate: 'kubernetes', cacheEnabled: settings.MILLRACE_CACHE, log });
  const schedules = createScheduleController({ database, store, runs, timeZone, log });
  const api = await createApiServer({
    database,
    runs,
    schedules,
    logs: new KubernetesTaskLogs({ client, store, objects }),
    objects,
    options: {
      host: settings.MILLRACE_HTTP_HOST ?? '0.0.0.0',
      port: settings.MILLRACE_HTTP_PORT,
      basePath: settings.MILLRACE_BASE_PATH,
      baseUrl: settings.MILLRACE_BASE_URL,
      allowedHosts: [...serviceNames(settings.MILLRACE_SERVICE_NAME ?? 'ml-pipeline', namespace), ...settings.MILLRACE_ALLOWED_HOSTS],
      token: settings.MILLRACE_TOKEN,
      ...(settings.MILLRACE_PAGES && existsSync(PAGES) && { pagesFolder: PAGES }),
      ...(existsSync(PARSE_WORKER) && { parseWorker: PARSE_WORKER }),
      version: settings.MILLRACE_VERSION ?? '0.1.0',
      substrate: 'kubernetes',
      multiUser: false,
      namespace,
      ...(settings.MILLRACE_SERVICE_ACCOUNT !== undefined && { serviceAccount: settings.MILLRACE_SERVICE_ACCOUNT }),
      ...(timeZone !== undefined && { timeZone }),
      warnings: watchArgoDelay(service, client, namespace),
      diagnose,
      observeRequest: ({ method, route, status, seconds }) => answered(seconds, { method, route, code: String(status) }),
      log,
    },
  });
  onClose(() => api.close({ graceMs: GRACE_MS }));
  const { url } = await api.listen();
  metrics.gauge('millrace_api_database_up', 'Whether the database answers.', () => database.ping().then(() => 1, () => 0));
  log('info', 'listening', { url });
});

/** Every way in which pods write the name of the Service. */
function serviceNames(service: string, namespace: string): string[] {
  const short = `${service}.${namespace}`;
  return [service, short, `${short}.svc`, `${short}.svc.cluster.local`];
}

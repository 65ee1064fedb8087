import { KubernetesLeases, LeasedShards, newMemberIdentity } from '@millrace/kubernetes';
import { createRunController } from '@millrace/run-controller';
import { createScheduleController, type ScheduleController } from '@millrace/schedule-controller';
import { openCluster, rightsOf, rightsScope, runService, text, watchRights } from '@millrace/service-host';

const STUCK_MS = 60_000;

/** One replica follows the schedules while the others wait: that is little work, and a slot has one run however many follow it. */
await runService({ name: 'scheduled-workflow-controller', settings: { MILLRACE_TIME_ZONE: text } }, async (settings, service) => {
  const { log, ready, live, metrics, onClose } = service;
  const { client, store, database, objects, layout, volumes } = await openCluster(settings, service);
  watchRights(service, client, rightsOf('scheduled-workflow-controller', rightsScope(settings)));
  const runs = createRunController({ database, store, objects, layout, volumes, substrate: 'kubernetes', cacheEnabled: settings.MILLRACE_CACHE, log });
  const leases = new KubernetesLeases({ client, namespace: settings.MILLRACE_NAMESPACE, group: 'millrace-scheduled-workflow-controller' });
  const shards = new LeasedShards({ leases, identity: newMemberIdentity(), shardCount: 1, log });
  let schedules: ScheduleController | undefined;
  shards.start({
    async begin() {
      schedules = createScheduleController({ database, store, runs, timeZone: settings.MILLRACE_TIME_ZONE, log });
      // The start reads everything once: tried again until that works or the lease is lost.
      const begun = schedules;
      const start = async (): Promise<void> => {
        while (begun === schedules) {
          try {
            return await begun.start();
          } catch (error) {
            log('warn', 'schedules cannot be followed yet', { error: (error as Error).message });
            await new Promise((resolve) => setTimeout(resolve, 2_000));
          }
        }
      };
      void start();
    },
    async end() {
      const ended = schedules;
      schedules = undefined;
      await ended?.close();
    },
  });
  onClose(() => shards.close());
  metrics.gauge('millrace_schedules_followed', 'Whether this replica follows the schedules: of all, one does.', () => (schedules === undefined ? 0 : 1));
  ready.set('lease', () => (shards.healthy ? undefined : 'the lease of this member is not renewed'));
  live.set('leases', () => (shards.stuckForMs < STUCK_MS ? undefined : `no renewal was tried for ${Math.round(shards.stuckForMs / 1000)} s`));
});

import { KubernetesLeases, LeasedShards, newMemberIdentity } from '@millrace/kubernetes';
import { SHARD_COUNT } from '@millrace/resources';
import { createRunController } from '@millrace/run-controller';
import { createScheduleController } from '@millrace/schedule-controller';
import { openCluster, rightsOf, rightsScope, runService, text, watchRights } from '@millrace/service-host';

const STUCK_MS = 60_000;

await runService({ name: 'scheduled-workflow-controller', settings: { MILLRACE_TIME_ZONE: text } }, async (settings, service) => {
  const { log, ready, live, metrics, onClose } = service;
  const { client, store, database, objects, layout, volumes } = await openCluster(settings, service);
  watchRights(service, client, rightsOf('scheduled-workflow-controller', rightsScope(settings)));
  const identity = newMemberIdentity();
  const runs = createRunController({ database, store, objects, layout, volumes, substrate: 'kubernetes', cacheEnabled: settings.MILLRACE_CACHE, log });
  // Not the group in which replicas of older versions have one leader: each would wait for what the other does not divide.
  const leases = new KubernetesLeases({ client, namespace: settings.MILLRACE_NAMESPACE, group: 'millrace-schedules' });
  const shards = new LeasedShards({ leases, identity, shardCount: SHARD_COUNT, log });
  const schedules = createScheduleController({ database, store, runs, shards, timeZone: settings.MILLRACE_TIME_ZONE, log });
  onClose(() => schedules.close());
  await schedules.start();
  ready.set('lease', () => (shards.healthy ? undefined : 'the lease of this member is not renewed'));
  live.set('leases', () => (shards.stuckForMs < STUCK_MS ? undefined : `no renewal was tried for ${Math.round(shards.stuckForMs / 1000)} s`));
  metrics.gauge('millrace_schedule_shards', 'Shards of recurring runs that this replica works for.', () => shards.owned.length);
  log('info', 'joined', { identity });
});

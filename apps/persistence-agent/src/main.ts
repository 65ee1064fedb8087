import { KubernetesLeases, LeasedShards, newMemberIdentity } from '@millrace/kubernetes';
import { SHARD_COUNT } from '@millrace/resources';
import { createRunController } from '@millrace/run-controller';
import { openCluster, rightsOf, rightsScope, runService, watchRights } from '@millrace/service-host';

/** A renewal is tried every other second and given up after two. */
const STUCK_MS = 60_000;

await runService({ name: 'persistence-agent', settings: {} }, async (settings, service) => {
  const { log, ready, live, gauge, onClose } = service;
  const { client, store, database, objects, layout, volumes, attempts, pods } = await openCluster(settings, service);
  watchRights(service, client, rightsOf('persistence-agent', rightsScope(settings)));
  const identity = newMemberIdentity();
  const leases = new KubernetesLeases({ client, namespace: settings.MILLRACE_NAMESPACE, group: 'millrace-persistence-agent' });
  const shards = new LeasedShards({ leases, identity, shardCount: SHARD_COUNT, log });
  const runs = createRunController({ database, store, objects, layout, volumes, attempts, pods, substrate: 'kubernetes', shards, cacheEnabled: settings.MILLRACE_CACHE, log });
  onClose(() => runs.close());
  await runs.start();
  ready.set('lease', () => (shards.healthy ? undefined : 'the lease of this member is not renewed'));
  live.set('leases', () => (shards.stuckForMs < STUCK_MS ? undefined : `no renewal was tried for ${Math.round(shards.stuckForMs / 1000)} s`));
  gauge('millrace_agent_backlog', 'Workflows that wait for a step of the run controller, or are in one.', () => runs.backlog);
  gauge('millrace_agent_shards', 'Shards of runs that this replica works for.', () => shards.owned.length);
  log('info', 'joined', { identity });
});

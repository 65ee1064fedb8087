import { KubernetesLeases, LeasedShards, newMemberIdentity } from '@millrace/kubernetes';
import { SHARD_COUNT } from '@millrace/resources';
import { createRunController } from '@millrace/run-controller';
import { openCluster, rightsOf, rightsScope, runService, watchedNamespace, watchRights, wholeNumber } from '@millrace/service-host';
import { expireRegularly } from './expire-regularly.js';

/** A renewal is tried every other second and given up after two. */
const STUCK_MS = 60_000;

const agentSettings = {
  /** Workflows of runs that ended so many days ago are deleted with their pods; 0 keeps them. */
  MILLRACE_WORKFLOW_DAYS: wholeNumber({ min: 0, max: 3_650, standard: 7 }),
} as const;

await runService({ name: 'persistence-agent', settings: agentSettings }, async (settings, service) => {
  const { log, ready, live, metrics, onClose } = service;
  const { client, store, database, objects, layout, volumes, attempts, pods } = await openCluster(settings, service);
  watchRights(service, client, rightsOf('persistence-agent', rightsScope(settings)));
  const identity = newMemberIdentity();
  const leases = new KubernetesLeases({ client, namespace: settings.MILLRACE_NAMESPACE, group: 'millrace-persistence-agent' });
  const shards = new LeasedShards({ leases, identity, shardCount: SHARD_COUNT, log });
  const stepped = metrics.seconds('millrace_agent_step_seconds', 'Looks at a Workflow with all that followed from them, by outcome.', ['outcome']);
  const answered = metrics.seconds('millrace_agent_answer_seconds', 'From when a task was to be decided to its answer being with Argo; whole seconds are cut off at the beginning.');
  const runs = createRunController({ database, store, objects, layout, volumes, attempts, pods, substrate: 'kubernetes', shards, cacheEnabled: settings.MILLRACE_CACHE, log, observe: { step: (seconds, outcome) => stepped(seconds, { outcome }), answered: (seconds) => answered(seconds) } });
  onClose(() => runs.close());
  await runs.start();
  ready.set('lease', () => (shards.healthy ? undefined : 'the lease of this member is not renewed'));
  live.set('leases', () => (shards.stuckForMs < STUCK_MS ? undefined : `no renewal was tried for ${Math.round(shards.stuckForMs / 1000)} s`));
  metrics.gauge('millrace_agent_backlog', 'Workflows that wait for a step of the run controller, or are in one.', () => runs.backlog);
  metrics.gauge('millrace_agent_queue_age_seconds', 'How long the Workflow that waits longest for a step has waited.', () => runs.waitingForMs / 1000);
  metrics.gauge('millrace_agent_shards', 'Shards of runs that this replica works for.', () => shards.owned.length);
  expireRegularly(service, { client, namespace: watchedNamespace(settings), days: settings.MILLRACE_WORKFLOW_DAYS, shards: () => shards.owned });
  log('info', 'joined', { identity });
});

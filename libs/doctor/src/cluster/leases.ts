import { SHARD_COUNT } from '@millrace/resources';
import { failure, fine, unknown, warning, type Check, type Outcome } from '../finding.js';
import { listAll } from '../request.js';
import type { ClusterContext } from './cluster-context.js';
import type { Meta } from './kube-objects.js';

interface Lease {
  readonly metadata: Meta;
  readonly spec?: { readonly holderIdentity?: string };
}

const GROUPS = [
  { component: 'persistence-agent', group: 'millrace-persistence-agent', why: 'Their runs are followed by nobody: tasks that wait for a value wait, and the pages show old states.' },
  { component: 'scheduled-workflow-controller', group: 'millrace-schedules', why: 'Their recurring runs do not fire.' },
] as const;
/** A member renews its lease every 1.5 s; whoever did not for this long is missed. */
const LOOK_AGAIN_MS = 4_000;

/** Who works for which runs. Nobody's clock counts: a member lives whose lease changes while it is watched. */
export const leases: Check<ClusterContext> = {
  name: 'leases',
  async examine({ client, namespace, install }) {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
    const read = () => Promise.all(GROUPS.map(({ group }) => listAll<Lease>(client, path, { labelSelector: `millrace/lease-group=${group}` })));
    const before = await read();
    if (install.services.length === 0 && before.flat().length === 0) return [unknown('No service has a lease here, and none is installed here.')];
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    const after = await read();
    return GROUPS.map((group, index) => outcomeOf(group, before[index]!, after[index]!));
  },
};

const isMember = ({ metadata }: Lease): boolean => metadata.name.includes('-member-');

function outcomeOf({ component, why }: (typeof GROUPS)[number], before: readonly Lease[], after: readonly Lease[]): Outcome {
  const versions = new Map(before.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const alive = new Set(after.filter((lease) => isMember(lease) && versions.get(lease.metadata.name) !== lease.metadata.resourceVersion).map(({ spec }) => spec?.holderIdentity ?? ''));
  const held = after.filter((lease) => !isMember(lease) && alive.has(lease.spec?.holderIdentity ?? '')).length;
  const remedy = `See whether pods of the ${component} are ready, and their logs: kubectl logs deploy/…-${component}.`;
  if (alive.size === 0) return failure({ what: `${component}: nobody renews a lease.`, why, remedy });
  if (held < SHARD_COUNT) return warning({ what: `${component}: ${alive.size} alive, but ${SHARD_COUNT - held} of ${SHARD_COUNT} shards are held by nobody who is.`, why, remedy: `Ask again in half a minute; shards move within ten seconds of a death. ${remedy}` });
  return fine(`${component}: ${alive.size} alive, all ${SHARD_COUNT} shards are held.`);
}

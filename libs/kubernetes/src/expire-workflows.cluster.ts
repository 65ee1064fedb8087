import { LABEL_PERSISTED } from '@millrace/argo';
import { LABEL_SHARD } from '@millrace/resources';
import { beforeAll, describe, expect, it } from 'vitest';
import { expireWorkflows } from './expire-workflows.js';
import type { KubeClient } from './kube-client.js';
import { collectionPath } from './resource-kinds.js';
import { useTestCluster } from './testing/use-test-cluster.js';

describe('expireWorkflows', () => {
  const used = useTestCluster('expire');
  let client: KubeClient;
  let namespace: string;
  beforeAll(() => void ({ client, namespace } = used));

  const make = (name: string, { shard = 1, persisted = true, ended = '2026-01-01T00:00:00Z' as string | null } = {}) =>
    client.json({
      method: 'POST',
      path: collectionPath('Workflow', namespace),
      // So that Argo, where there is one, leaves them alone.
      body: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name, labels: { [LABEL_SHARD]: String(shard), 'workflows.argoproj.io/controller-instanceid': 'nobody', ...(persisted && { [LABEL_PERSISTED]: 'true' }) } }, spec: {}, status: { phase: 'Succeeded', ...(ended !== null && { finishedAt: ended }) } },
    });
  const names = async () => (await client.json<{ items: { metadata: { name: string } }[] }>({ path: collectionPath('Workflow', namespace) })).items.map(({ metadata }) => metadata.name).sort();

  it('deletes what is over for long and stored, in the given shards, and nothing else', async () => {
    await make('old');
    await make('of-another', { shard: 2 });
    await make('not-stored', { persisted: false });
    await make('ended-lately', { ended: '2026-06-01T00:00:00Z' });
    await make('without-end', { ended: null });
    const soon = new Date(Date.now() + 60_000);
    const expire = (before: Date, shards: readonly number[]) => expireWorkflows({ client, namespace, before, shards });
    // None was made before this.
    expect(await expire(new Date('2026-02-01T00:00:00Z'), [1])).toBe(0);
    expect(await expire(soon, [])).toBe(0);
    await client.json({ method: 'DELETE', path: `${collectionPath('Workflow', namespace)}/ended-lately` });
    await make('ended-lately', { ended: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await expire(soon, [0, 1])).toBe(1);
    expect(await names()).toEqual(['ended-lately', 'not-stored', 'of-another', 'without-end']);
    expect(await expire(soon, [0, 1, 2])).toBe(1);
  });
});

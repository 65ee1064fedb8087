import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeClient } from './kube-client.js';
import { KubernetesAttemptPods } from './kubernetes-attempt-pods.js';
import { installTaskResultCrd } from './testing/install-crds.js';
import { useTestCluster } from './testing/use-test-cluster.js';

const attempt = { workflow: 'wf', nodeId: 'wf-123', templateName: 'pod-a' };
const LABEL = 'workflows.argoproj.io/report-outputs-completed';
const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [1, 2, 64] } }];

describe('KubernetesAttemptPods', () => {
  const used = useTestCluster('attempts');
  let client: KubeClient;
  let pods: KubernetesAttemptPods;
  let namespace: string;
  beforeAll(async () => {
    ({ client, namespace } = used);
    await installTaskResultCrd(client);
    pods = new KubernetesAttemptPods(client);
    await client.json({ method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: { metadata: { name: 'runner' } } });
  });

  const podPath = (): string => `/api/v1/namespaces/${namespace}/pods/wf-pod-a-123`;

  it('finds why files of an attempt are not in the store in a pod whose container Kubernetes starts again, and ends it', async () => {
    const wait = { name: 'wait', image: 'none', restartPolicy: 'Never', restartPolicyRules: rules };
    const made = await client.json<{ spec: { containers: object[] } }>({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: { metadata: { name: 'wf-pod-a-123', annotations: { 'workflows.argoproj.io/node-id': 'wf-123' } }, spec: { serviceAccountName: 'runner', restartPolicy: 'Never', nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'none' }, wait] } },
    });
    const { minor } = await client.json<{ minor: string }>({ path: '/version' });
    // Where it were refused or forgotten, tasks would be lost with the API server away.
    if (Number.parseInt(minor, 10) >= 35) expect(made.spec.containers[1]).toMatchObject({ restartPolicy: 'Never', restartPolicyRules: rules });
    const container = { image: 'none', imageID: '', ready: false };
    const terminated = { exitCode: 64, reason: 'Error', message: 'failed to put directory: Access Denied.; ', startedAt: '2026-03-02T10:00:03Z', finishedAt: '2026-03-02T10:00:09Z' };
    const status = { phase: 'Running', containerStatuses: [{ ...container, name: 'main', restartCount: 0, state: { terminated: { ...terminated, exitCode: 0 } } }, { ...container, name: 'wait', restartCount: 2, state: { terminated } }] };
    await client.json({ method: 'PATCH', path: `${podPath()}/status`, contentType: 'application/merge-patch+json', body: { status } });

    expect(await pods.handOverOf({ namespace, ...attempt })).toEqual({ failures: 3, reason: 'failed to put directory: Access Denied.' });
    await pods.giveUp({ namespace, ...attempt });
    await expect.poll(() => client.json({ path: podPath() }).then(() => 'there', (error: { code: string }) => error.code), { timeout: 10_000 }).toBe('NOT_FOUND');
    expect(await pods.handOverOf({ namespace, ...attempt })).toBeUndefined();
  });

  it('tells Argo that an attempt is done in the result of its executor, as often as it is asked', async () => {
    const results = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtaskresults`;
    await client.json({ method: 'POST', path: results, body: { apiVersion: 'argoproj.io/v1alpha1', kind: 'WorkflowTaskResult', metadata: { name: 'wf-123', labels: { 'workflows.argoproj.io/workflow': 'wf', [LABEL]: 'false' } } } });
    expect([await pods.tellDone({ namespace, ...attempt }), await pods.tellDone({ namespace, ...attempt })]).toEqual([true, false]);
    const { metadata } = await client.json<{ metadata: { labels: object } }>({ path: `${results}/wf-123` });
    expect(metadata.labels).toEqual({ 'workflows.argoproj.io/workflow': 'wf', [LABEL]: 'true' });
  });
});

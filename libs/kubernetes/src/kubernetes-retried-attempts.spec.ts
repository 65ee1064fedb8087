import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubernetesRetriedAttempts } from './kubernetes-retried-attempts.js';

const ENDED = new Date('2026-03-02T10:00:00Z');

function aPod(name: string, nodeId: string, creationTimestamp = '2026-03-02T09:00:00Z') {
  return { metadata: { name, uid: `uid of ${name}`, creationTimestamp, annotations: { 'workflows.argoproj.io/node-id': nodeId } } };
}

/** A cluster in which a pod that is deleted is gone after the next look, and a store of logs. */
function aCluster(pods: ReturnType<typeof aPod>[], logs: Record<string, string>) {
  const deleted: unknown[] = [];
  let going: string[] = [];
  const client = {
    async json(request: KubeRequest) {
      if (request.method === 'DELETE') {
        const name = request.path.split('/').at(-1)!;
        deleted.push([name, request.body]);
        going.push(name);
        return {};
      }
      expect(request.query).toMatchObject({ labelSelector: 'workflows.argoproj.io/workflow=wf' });
      const items = [...pods];
      pods = pods.filter(({ metadata }) => !going.includes(metadata.name));
      going = [];
      return { items, metadata: {} };
    },
  } as unknown as KubeClient;
  const objects = {
    stat: async (uri: string) => (uri in logs ? { kind: 'file' as const, sizeBytes: 1, modifiedAt: ENDED } : undefined),
    copy: async (from: string, to: string) => void (logs[to] = logs[from]!),
    delete: async (uri: string) => {
      for (const key of Object.keys(logs)) if (key === uri || key.startsWith(`${uri}/`)) delete logs[key];
    },
  };
  return { attempts: new KubernetesRetriedAttempts({ client, objects, patienceMs: 2_000 }), deleted };
}

describe('pods of attempts that a retry makes again', () => {
  const workflow = { namespace: 'ns', name: 'wf', artifactRoot: 's3://b/run', taskRoots: ['s3://b/run/t/1'], endedAt: ENDED };

  it('go, and their logs are kept under another name', async () => {
    const logs = { 's3://b/run/.logs/wf-pod-1/main.log': 'first', 's3://b/run/.logs/wf-pod-2/main.log': 'other' };
    const { attempts, deleted } = aCluster([aPod('wf-pod-1', 'wf-1'), aPod('wf-pod-2', 'wf-2'), aPod('wf-pod-3', 'wf-3')], logs);
    await attempts.setAside(workflow, ['wf-1', 'wf-3'], 2);
    expect(deleted.toSorted()).toEqual([['wf-pod-1', { preconditions: { uid: 'uid of wf-pod-1' } }], ['wf-pod-3', { preconditions: { uid: 'uid of wf-pod-3' } }]]);
    expect(logs).toEqual({ 's3://b/run/.logs/wf-pod-1.try2/main.log': 'first', 's3://b/run/.logs/wf-pod-2/main.log': 'other' });
  });

  it('leave no outputs behind for the new ones, and others keep theirs', async () => {
    const objects = { 's3://b/run/t/1/.parameters/out': 'of the failed one', 's3://b/run/t/1/attempt-0/data': 'too', 's3://b/run/t/12/data': 'of another task' };
    const { attempts } = aCluster([aPod('wf-pod-1', 'wf-1')], objects);
    await attempts.setAside(workflow, ['wf-1'], 1);
    expect(objects).toEqual({ 's3://b/run/t/12/data': 'of another task' });
  });

  it('are left alone when they are of the retry already', async () => {
    const { attempts, deleted } = aCluster([aPod('wf-pod-1', 'wf-1', '2026-03-02T10:00:01Z')], {});
    await attempts.setAside(workflow, ['wf-1'], 1);
    expect(deleted).toEqual([]);
  });
});

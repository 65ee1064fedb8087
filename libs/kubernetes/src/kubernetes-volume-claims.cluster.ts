import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeClient } from './kube-client.js';
import { KubernetesVolumeClaims } from './kubernetes-volume-claims.js';
import { useTestCluster } from './testing/use-test-cluster.js';

describe('KubernetesVolumeClaims', () => {
  const used = useTestCluster('claims');
  let client: KubeClient;
  let claims: KubernetesVolumeClaims;
  let namespace: string;
  beforeAll(() => {
    ({ client, namespace } = used);
    claims = new KubernetesVolumeClaims(client);
  });

  const manifest = { metadata: { annotations: { kept: 'yes' } }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName: 'standard' } };
  const read = (name: string) => client.json<{ metadata: { annotations: object }; spec: { storageClassName: string } }>({ path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}` });

  it('makes a claim as the task asks for it, once for the same task', async () => {
    await claims.create({ namespace, name: 'one', owner: 'task-1', manifest, reuse: false });
    await claims.create({ namespace, name: 'one', owner: 'task-1', manifest, reuse: false });
    const made = await read('one');
    expect(made.metadata.annotations).toMatchObject({ kept: 'yes', 'millrace/owner': 'task-1' });
    expect(made.spec.storageClassName).toBe('standard');
  });

  it("takes another task's claim only where that may be used again", async () => {
    await claims.create({ namespace, name: 'two', owner: 'task-1', manifest, reuse: false });
    await expect(claims.create({ namespace, name: 'two', owner: 'task-2', manifest, reuse: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: /exists already/ });
    await claims.create({ namespace, name: 'two', owner: 'task-2', manifest, reuse: true });
  });

  it('says what Kubernetes does not take of a claim', async () => {
    await expect(claims.create({ namespace, name: 'bad', owner: 'task-1', manifest: { spec: { ...manifest.spec, resources: { requests: { storage: 'much' } } } }, reuse: false })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  const anew = { isBegun: false, begin: async () => undefined };

  it('deletes a claim that no pod mounts, and names one that is not there', async () => {
    await claims.create({ namespace, name: 'three', owner: 'task-1', manifest, reuse: false });
    await client.json({ method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mounts' } } });
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mounts' }, spec: { serviceAccountName: 'mounts', nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'nothing' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'three' } }] } };
    await client.json({ method: 'POST', path: `/api/v1/namespaces/${namespace}/pods`, body: pod });
    await expect(claims.delete({ namespace, name: 'three', owner: 'task-2', ...anew })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await client.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/pods/mounts`, body: { gracePeriodSeconds: 0 } });
    await claims.delete({ namespace, name: 'three', owner: 'task-2', ...anew });
    await expect(claims.delete({ namespace, name: 'absent', owner: 'task-2', ...anew })).rejects.toMatchObject({ code: 'NOT_FOUND', message: /no volume "absent"/ });
  });

  it('notes that it is to go before it does, and takes one that is gone by then for deleted', async () => {
    await claims.create({ namespace, name: 'four', owner: 'task-1', manifest, reuse: false });
    const noted: string[] = [];
    await claims.delete({ namespace, name: 'four', owner: 'task-1', isBegun: false, begin: async () => void noted.push((await read('four')).spec.storageClassName) });
    expect(noted).toEqual(['standard']);
    // Whoever frees claims is no part of an API server alone.
    await client.json({ method: 'PATCH', path: `/api/v1/namespaces/${namespace}/persistentvolumeclaims/four`, contentType: 'application/merge-patch+json', body: { metadata: { finalizers: null } } });
    await expect.poll(() => read('four').then(() => 'there', (error: { code: string }) => error.code), { timeout: 10_000 }).toBe('NOT_FOUND');
    await claims.delete({ namespace, name: 'four', owner: 'task-1', isBegun: true, begin: () => Promise.reject(new Error('again')) });
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingRights, type Right } from './access-review.js';
import { KubeClient } from './kube-client.js';
import { aNamespace, openTestCluster, type TestCluster } from './testing/test-cluster.js';

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('missingRights', () => {
  let cluster: TestCluster;
  let admin: KubeClient;
  let agent: KubeClient;
  beforeAll(async () => {
    cluster = await openTestCluster();
    admin = new KubeClient(cluster.config());
    agent = new KubeClient(cluster.server!.config({ user: 'system:serviceaccount:millrace:agent' }));
  });
  afterAll(async () => {
    await agent?.close();
    await admin?.close();
    await cluster?.close();
  });

  it('names what is to be granted, and nothing once it is', async () => {
    const namespace = await aNamespace(admin, `rights-${randomUUID().slice(0, 8)}`);
    const rights: Right[] = [{ verb: 'watch', resource: 'workflows.argoproj.io' }, { verb: 'get', resource: 'pods/log', namespace }];
    expect(await missingRights(admin, rights)).toEqual([]);
    expect(await missingRights(agent, rights)).toEqual(['watch workflows.argoproj.io in the whole cluster (ClusterRole)', `get pods/log in namespace "${namespace}" (Role)`]);
    const grant = async (role: object, binding: object, path: string) => {
      await admin.json({ method: 'POST', path: `/apis/rbac.authorization.k8s.io/v1/${path}roles`, body: role });
      await admin.json({ method: 'POST', path: `/apis/rbac.authorization.k8s.io/v1/${path}rolebindings`, body: binding });
    };
    const subjects = [{ kind: 'User', name: 'system:serviceaccount:millrace:agent', apiGroup: 'rbac.authorization.k8s.io' }];
    const name = `agent-${namespace}`;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await grant(
      { apiVersion, kind: 'Role', metadata: { name }, rules: [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }] },
      { apiVersion, kind: 'RoleBinding', metadata: { name }, subjects, roleRef: { kind: 'Role', name, apiGroup: 'rbac.authorization.k8s.io' } },
      `namespaces/${namespace}/`,
    );
    await expect.poll(() => missingRights(agent, rights)).toEqual(['watch workflows.argoproj.io in the whole cluster (ClusterRole)']);
    await grant(
      { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [{ apiGroups: ['argoproj.io'], resources: ['workflows'], verbs: ['watch'] }] },
      { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, subjects, roleRef: { kind: 'ClusterRole', name, apiGroup: 'rbac.authorization.k8s.io' } },
      'cluster',
    );
    await expect.poll(() => missingRights(agent, rights)).toEqual([]);
    const account = { namespace: 'millrace', name: 'agent' };
    expect(await missingRights(admin, rights, { account })).toEqual([]);
    expect(await missingRights(admin, [{ verb: 'get', resource: 'secrets', namespace, name: 'keys' }], { account })).toEqual([`get secrets "keys" in namespace "${namespace}" (Role)`]);
    await expect(missingRights(agent, rights, { account })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

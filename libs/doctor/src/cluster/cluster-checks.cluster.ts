import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Finding } from '@millrace/api-contract';
import { KubeClient, KubernetesLeases, LeasedShards } from '@millrace/kubernetes';
import { aNamespace, useTestCluster } from '@millrace/kubernetes/testing';
import { SHARD_COUNT } from '@millrace/resources';
import { rightsOf, type ServiceName } from '@millrace/service-host';
import { beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../examine.js';
import type { Check } from '../finding.js';
import { argoController } from './argo-controller.js';
import { autoscaling } from './autoscaling.js';
import type { ClusterContext } from './cluster-context.js';
import { clusterChecks } from './index.js';
import { findInstall } from './install.js';
import { installedKfp } from './installed-kfp.js';
import { kubernetesApi } from './kubernetes-api.js';
import { leases } from './leases.js';
import { namespacePolicy } from './namespace-policy.js';
import { objectStoreSecret } from './object-store-secret.js';
import { podsAccount } from './pods-account.js';
import { serviceRights } from './service-rights.js';
import { serviceView } from './service-view.js';
import { services } from './services.js';
import { storageClass } from './storage-class.js';

const COMPONENTS: readonly ServiceName[] = ['api-server', 'persistence-agent', 'scheduled-workflow-controller'];

// An API server of its own has no controllers: what they would write is written here.
describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('the checks of a cluster, on a real API server', () => {
  const used = useTestCluster('doctor');
  let client: KubeClient;
  beforeAll(() => void ({ client } = used));

  const post = (path: string, body: object) => client.json({ method: 'POST', path, body });
  const patch = (path: string, body: object) => client.json({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  const fresh = () => aNamespace(client, `doctor-${randomUUID().slice(0, 8)}`);
  const context = async (namespace: string): Promise<ClusterContext> => ({ client, namespace, install: await findInstall(client, namespace), clock: () => new Date() });
  const look = async (check: Check<ClusterContext>, namespace: string): Promise<readonly Finding[]> => examine([check], await context(namespace));
  const verdicts = (findings: readonly Finding[]) => findings.map(({ verdict }) => verdict);
  const complaints = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'ok').map(({ verdict, what }) => `${verdict}: ${what}`);

  const deployment = (namespace: string, name: string, container: object, { labels = {}, account, replicas = 1, ready = replicas }: { labels?: Record<string, string>; account?: string; replicas?: number; ready?: number } = {}) => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const all = { app: name, ...labels };
    const spec = { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: all }, spec: { serviceAccountName: account, containers: [{ name: 'main', image: 'millrace:1', ...container }] } } };
    return post(path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels: all }, spec }).then(() => patch(`${path}/${name}/status`, { status: { replicas, readyReplicas: ready, observedGeneration: 1 } }));
  };
  const role = async (namespace: string, account: string, rules: readonly object[]) => {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const metadata = { name: `${account}-${randomUUID().slice(0, 4)}` };
    await post(`${path}/roles`, { metadata, rules });
    await post(`${path}/rolebindings`, { metadata, subjects: [{ kind: 'ServiceAccount', name: account, namespace }], roleRef: { kind: 'Role', name: metadata.name, apiGroup: 'rbac.authorization.k8s.io' } });
  };
  const rulesOf = (service: ServiceName, namespace: string) =>
    rightsOf(service, { namespace, allNamespaces: false }).map(({ verb, resource }) => ({ verbs: [verb], resources: [resource.split('.')[0]], apiGroups: [resource.split('.').slice(1).join('.')] }));
  const service = (namespace: string, name: ServiceName, more: { image?: string; replicas?: number; ready?: number } = {}) =>
    deployment(namespace, `millrace-${name}`, { image: more.image ?? 'millrace:1', env: [{ name: 'MILLRACE_S3_SECRET', value: 'keys' }, { name: 'MILLRACE_SERVICE_ACCOUNT', value: 'runner' }] }, {
      labels: { 'app.kubernetes.io/name': 'millrace', 'app.kubernetes.io/instance': 'm', 'app.kubernetes.io/component': name }, account: name, ...more,
    });
  const anInstall = async (namespace: string) => {
    for (const name of COMPONENTS) await service(namespace, name);
  };

  it('find nothing wrong with an install that is as the chart makes it, and nowhere the word undefined', async () => {
    const namespace = await fresh();
    await anInstall(namespace);
    for (const name of COMPONENTS) {
      await role(namespace, name, [...rulesOf(name, namespace), { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['get'] }]);
    }
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'runner' } });
    await role(namespace, 'runner', [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }]);
    await post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'keys' }, stringData: { accesskey: 'a', secretkey: 'b' } });
    await post(`/api/v1/namespaces/${namespace}/services`, { metadata: { name: 'ml-pipeline' }, spec: { selector: { 'app.kubernetes.io/name': 'millrace' }, ports: [{ name: 'http', port: 8888 }] } });
    await deployment(namespace, 'argo', { image: 'quay.io/argoproj/workflow-controller:v4.1.2', args: ['--namespaced'], env: [{ name: 'DEFAULT_REQUEUE_TIME', value: '300ms' }] });
    const members = await Promise.all(['millrace-persistence-agent', 'millrace-schedules'].map(async (group) => {
      const shards = new LeasedShards({ leases: new KubernetesLeases({ client, namespace, group }), identity: 'one', shardCount: SHARD_COUNT, log: () => undefined });
      shards.start({ begin: async () => undefined, end: async () => undefined });
      return shards;
    }));
    await expect.poll(() => members.map(({ owned }) => owned.length), { timeout: 30_000 }).toEqual([SHARD_COUNT, SHARD_COUNT]);
    const findings = await examine(clusterChecks, await context(namespace));
    await Promise.all(members.map((member) => member.close()));
    // The test's API server knows neither workflowtaskresults nor a StorageClass, and there are no pods.
    expect(complaints(findings).filter((text) => !/workflowtaskresults\.argoproj\.io|no default StorageClass|No pod of the API server runs/.test(text))).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(new Set(clusterChecks.map(({ name }) => name)));
    expect(JSON.stringify(findings)).not.toMatch(/undefined|NaN|\[object/);
    expect(findings.filter(({ verdict, why, remedy }) => (verdict === 'error' || verdict === 'warning') && (!why || !remedy))).toEqual([]);
  });

  it('kubernetes-api: compares the clocks', async () => {
    const namespace = await fresh();
    expect(verdicts(await look(kubernetesApi, namespace))).toEqual(['ok']);
    const findings = await examine([kubernetesApi], { ...(await context(namespace)), clock: () => new Date(Date.now() - 3_600_000) });
    expect(findings[1]!.what).toMatch(/^The cluster's clock is 3[56]\d\d s ahead of/);
  });

  it('services: tell why pods are not ready, what stops, and that a memory limit was met', async () => {
    const namespace = await fresh();
    await service(namespace, 'api-server', { replicas: 2, ready: 1 });
    await service(namespace, 'persistence-agent', { ready: 0, image: 'millrace:2' });
    const pod = async (name: string, component: string, status: object) => {
      await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: component } });
      const labels = { 'app.kubernetes.io/name': 'millrace', 'app.kubernetes.io/instance': 'm', 'app.kubernetes.io/component': component };
      await post(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name, labels }, spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'millrace:1' }] } });
      await patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status });
    };
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    const waiting = (reason: string, message: string) => ({ name: 'main', image: '', imageID: '', ready: false, restartCount: 3, state: { waiting: { reason, message } } });
    await pod('api', 'api-server', { phase: 'Running', containerStatuses: [{ ...waiting('CrashLoopBackOff', 'back-off'), lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }] });
    await pod('agent', 'persistence-agent', { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] });
    const findings = await look(services, namespace);
    expect(complaints(findings)).toEqual([
      'error: There is no Deployment of the scheduled-workflow-controller.',
      'warning: api-server: 1 of 2 pods are ready. api: CrashLoopBackOff (back-off).',
      'warning: api was ended because it used more memory than it may.',
      'error: persistence-agent: 0 of 1 pods are ready. agent: Unschedulable (0/3 nodes are available).',
      'warning: The services are of different images: millrace:1, millrace:2.',
    ]);
    expect(verdicts(await look(services, await fresh()))).toEqual(['unknown']);
  });

  it('service-view and services: what a pod tells by itself, through the API server', async ({ skip }) => {
    const address = Object.values(networkInterfaces()).flat().find((found) => found?.family === 'IPv4' && !found.internal)?.address;
    if (address === undefined) return skip('this machine has no address but its own loopback, which the API server does not lead to');
    let findings: object = { findings: [{ check: 'database', verdict: 'ok', what: 'SQLite.' }, { check: 'object-store', verdict: 'error', what: 'No bucket.', why: 'w', remedy: 'r' }] };
    const server = createServer((request, response) => {
      if (request.url === '/readyz') response.writeHead(503).end('[-] database: it does not answer\n[+] watches\nnot ok\n');
      else response.writeHead(request.url === '/doctor' ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(findings));
    });
    const listens = await new Promise<boolean>((resolve) => server.once('error', () => resolve(false)).listen(8081, address, () => resolve(true)));
    if (!listens) return skip('port 8081 of this machine is taken');
    try {
      const namespace = await fresh();
      await service(namespace, 'api-server', { ready: 0 });
      await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
      const labels = { 'app.kubernetes.io/name': 'millrace', 'app.kubernetes.io/instance': 'm', 'app.kubernetes.io/component': 'api-server' };
      await post(`/api/v1/namespaces/${namespace}/pods`, { metadata: { name: 'api', labels }, spec: { nodeName: 'n', automountServiceAccountToken: false, containers: [{ name: 'main', image: 'millrace:1' }] } });
      await patch(`/api/v1/namespaces/${namespace}/pods/api/status`, { status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] } });
      expect(complaints(await look(services, namespace))).toContain('error: api-server: 0 of 1 pods are ready. api: database: it does not answer.');
      expect((await look(serviceView, namespace)).map(({ verdict, what }) => `${verdict}: ${what}`)).toEqual(['ok: database: SQLite.', 'error: object-store: No bucket.']);
      findings = { odd: true };
      expect(verdicts(await look(serviceView, namespace))).toEqual(['unknown']);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('service-rights: names each account and what it lacks, for every namespace where runs may be anywhere', async () => {
    const namespace = await fresh();
    await service(namespace, 'persistence-agent');
    await role(namespace, 'persistence-agent', rulesOf('persistence-agent', namespace).filter(({ resources }) => resources[0] !== 'leases'));
    const [finding] = await look(serviceRights, namespace);
    expect(finding).toMatchObject({ verdict: 'error', what: expect.stringContaining(`service account persistence-agent lacks create leases.coordination.k8s.io in namespace "${namespace}" (Role)`) });
    expect(finding!.what).toContain('get secrets "keys"');
    expect(finding!.what).not.toContain('workflows.argoproj.io');
  });

  it('pods-account: it must be there, report results, and may nothing dangerous', async () => {
    const namespace = await fresh();
    expect((await look(podsAccount, namespace))[0]).toMatchObject({ verdict: 'error', what: expect.stringContaining('no service account pipeline-runner') });
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'pipeline-runner' } });
    expect((await look(podsAccount, namespace))[0]!.what).toContain('create workflowtaskresults.argoproj.io');
    await role(namespace, 'pipeline-runner', [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }]);
    await expect.poll(async () => verdicts(await look(podsAccount, namespace))).toEqual(['ok']);
    await role(namespace, 'pipeline-runner', [{ apiGroups: [''], resources: ['secrets', 'pods'], verbs: ['*'] }]);
    await expect.poll(async () => complaints(await look(podsAccount, namespace))).toEqual(['warning: Service account pipeline-runner may get secrets, create pods.']);
  });

  it('object-store-secret: missing, without a key, and a ConfigMap that nobody can read', async () => {
    const namespace = await fresh();
    const at = `/api/v1/namespaces/${namespace}`;
    expect((await look(objectStoreSecret, namespace))[0]).toMatchObject({ verdict: 'error', remedy: expect.stringContaining(`kubectl -n ${namespace} create secret generic mlpipeline-minio-artifact`) });
    await post(`${at}/secrets`, { metadata: { name: 'mlpipeline-minio-artifact' }, stringData: { accesskey: 'a' } });
    expect((await look(objectStoreSecret, namespace))[0]!.what).toBe('Secret mlpipeline-minio-artifact has no secretkey.');
    await patch(`${at}/secrets/mlpipeline-minio-artifact`, { stringData: { secretkey: 'b' } });
    await post(`${at}/configmaps`, { metadata: { name: 'kfp-launcher' }, data: { providers: 's3:\n  default: { endpoint: s3.example.com, credentials: { fromEnv: true } }\n' } });
    expect(verdicts(await look(objectStoreSecret, namespace))).toEqual(['ok', 'ok']);
    await patch(`${at}/configmaps/kfp-launcher`, { data: { providers: 's3: { default: { endpoint: [1] } }' } });
    expect((await look(objectStoreSecret, namespace))[1]).toMatchObject({ verdict: 'error', what: expect.stringContaining('providers.s3.default') });
  });

  it('argo-controller: none, one for others, two, and how it is set up', async () => {
    const image = 'registry.example.com/argo/workflow-controller:v3.5.10';
    const [namespace, other] = [await fresh(), await fresh()];
    const argo = (where: string, args: readonly string[], env: readonly object[] = []) => deployment(where, `wc-${randomUUID().slice(0, 4)}`, { image, args, env });
    const told = async (where: string) => (await look(argoController, where)).map(({ verdict, what }) => `${verdict}: ${what.replaceAll(/(\S*\/)?wc-\w+/g, 'argo')}`);
    // Controllers of other tests look at their own namespaces alone.
    await argo(other, ['--namespaced', '--configmap', 'slow']);
    expect((await told(namespace)).at(-1)).toMatch(/^error: No workflow-controller looks at the Workflows here: .*argo looks at namespace doctor-/);
    expect(await told(other)).toEqual([
      'ok: argo: Argo 3.5.10, looks again after 10000 ms, 20 requests a second.',
      'warning: argo looks at a Workflow again only after 10 s (DEFAULT_REQUEUE_TIME).',
      'warning: argo is Argo 3.5.10.',
    ]);
    await post(`/api/v1/namespaces/${other}/configmaps`, { metadata: { name: 'slow' }, data: { config: 'parallelism: 7\nexecutor: { securityContext: { runAsUser: 65532 } }', persistence: 'nodeStatusOffLoad: true', workflowRestrictions: 'templateReferencing: Strict' } });
    expect((await told(other)).map((line) => line.slice(0, 60))).toEqual([
      'ok: argo: Argo 3.5.10, looks again after 10000 ms, 20 reques',
      'warning: argo looks at a Workflow again only after 10 s (DEF',
      'warning: argo is Argo 3.5.10.',
      'warning: argo runs its executor as user 65532.',
      "error: argo keeps large Workflows' nodes in its own database",
      'error: argo runs only Workflows that refer to a WorkflowTemp',
    ]);
    expect((await told(other))[0]).toContain('at most 7 Workflows at once');
    await argo(other, ['--namespaced=true', '--qps=50'], [{ name: 'DEFAULT_REQUEUE_TIME', value: '1m30s' }]);
    expect((await told(other))[0]).toBe(`error: 2 workflow-controllers look at namespace ${other}: argo, argo.`);
    expect((await told(other)).some((line) => line.includes('only after 90 s'))).toBe(true);
  });

  it('leases: judged by what changes, not by clocks', async () => {
    const namespace = await fresh();
    await service(namespace, 'persistence-agent');
    const store = new KubernetesLeases({ client, namespace, group: 'millrace-persistence-agent' });
    let member = await store.create('member-one', 'one');
    for (let shard = 0; shard < SHARD_COUNT; shard += 1) await store.create(`shard-${shard}`, shard === 3 ? 'dead' : 'one');
    expect((await look(leases, namespace))[0]).toMatchObject({ verdict: 'error', what: 'persistence-agent: nobody renews a lease.' });
    const renewing = setInterval(() => void store.update(member, 'one').then((lease) => (member = lease)), 500);
    const findings = await look(leases, namespace);
    clearInterval(renewing);
    expect(findings[0]).toMatchObject({ verdict: 'warning', what: 'persistence-agent: 1 alive, but 1 of 32 shards are held by nobody who is.' });
    expect(findings[1]).toMatchObject({ verdict: 'error', what: 'scheduled-workflow-controller: nobody renews a lease.' });
  });

  it('installed-kfp: names what is in the way and what it would do', async () => {
    const namespace = await fresh();
    expect(verdicts(await look(installedKfp, namespace))).toEqual(['ok']);
    await deployment(namespace, 'ml-pipeline-scheduledworkflow', {});
    await deployment(namespace, 'ml-pipeline-persistenceagent', {}, { replicas: 0 });
    await service(namespace, 'api-server');
    await post(`/api/v1/namespaces/${namespace}/services`, { metadata: { name: 'ml-pipeline' }, spec: { selector: { app: 'ml-pipeline' }, ports: [{ port: 8888 }] } });
    expect(complaints(await look(installedKfp, namespace))).toEqual([
      `warning: Kubeflow Pipelines' Deployment ml-pipeline-scheduledworkflow is in namespace ${namespace} too.`,
      "error: Service ml-pipeline leads to other pods than Millrace's.",
    ]);
  });

  it('namespace-policy: pods that are not admitted, and quotas that are used up', async () => {
    const namespace = await fresh();
    await patch(`/api/v1/namespaces/${namespace}`, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } });
    await post(`/api/v1/namespaces/${namespace}/resourcequotas`, { metadata: { name: 'small' }, spec: { hard: { pods: '2', services: '5' } } });
    await patch(`/api/v1/namespaces/${namespace}/resourcequotas/small/status`, { status: { hard: { pods: '2', services: '5' }, used: { pods: '2', services: '1' } } });
    expect(complaints(await look(namespacePolicy, namespace))).toEqual([`error: Namespace ${namespace} admits only pods of the "restricted" security standard.`, 'warning: ResourceQuota small is used up: pods 2.']);
    expect(verdicts(await look(namespacePolicy, 'nowhere'))).toEqual(['error']);
  });

  it('autoscaling: the API that an autoscaler goes by is missing', async () => {
    const namespace = await fresh();
    expect(verdicts(await look(autoscaling, namespace))).toEqual(['ok']);
    const metrics = [{ type: 'Pods', pods: { metric: { name: 'millrace_agent_backlog' }, target: { type: 'AverageValue', averageValue: '50' } } }];
    await post(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, { metadata: { name: 'agent', labels: { 'app.kubernetes.io/name': 'millrace' } }, spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' }, metrics } });
    expect(complaints(await look(autoscaling, namespace))).toEqual(['error: An autoscaler goes by millrace_agent_backlog, and the cluster has no custom.metrics.k8s.io.']);
  });

  it('storage-class: a default one', async () => {
    const namespace = await fresh();
    expect(verdicts(await look(storageClass, namespace))).toEqual(['warning']);
    await post('/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'disk', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'example.com/disk' });
    expect((await look(storageClass, namespace))[0]!.what).toBe('Claims without a class are of disk.');
  });

  it('tell what an account may not look at as such', async () => {
    const nobody = new KubeClient(used.cluster.server!.config({ user: 'nobody' }));
    const findings = await examine(clusterChecks, { client: nobody, namespace: 'default', install: { services: [] }, clock: () => new Date() });
    await nobody.close();
    expect(findings.filter(({ verdict, what }) => verdict === 'error' && !/does not know/.test(what))).toEqual([]);
    expect(findings.filter(({ verdict }) => verdict === 'unknown').length).toBeGreaterThan(8);
  });
});

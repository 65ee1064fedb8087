import { KubeClient } from '@millrace/kubernetes';
import { useTestCluster } from '@millrace/kubernetes/testing';
import { rightsOf } from '@millrace/service-host';
import { beforeAll, describe, expect, it } from 'vitest';
import { definitions } from '../definitions.js';
import { examine } from '../examine.js';
import { argoPace } from './argo-pace.js';
import { following } from './following.js';
import { ownRights } from './own-rights.js';

describe.skipIf(process.env['TEST_KUBECONFIG'] !== undefined)('the checks of a service, on a real API server', () => {
  const used = useTestCluster('doctor');
  let client: KubeClient;
  let namespace: string;
  beforeAll(() => void ({ client, namespace } = used));

  it('own-rights: all, or each that is missing by name', async () => {
    const rights = rightsOf('api-server', { namespace, allNamespaces: false });
    expect(await examine([ownRights], { client, rights })).toMatchObject([{ verdict: 'ok' }]);
    const nobody = new KubeClient(used.cluster.server!.config({ user: 'nobody' }));
    const [finding] = await examine([ownRights], { client: nobody, rights });
    await nobody.close();
    expect(finding).toMatchObject({ verdict: 'error' });
    for (const { verb, resource } of rights) expect(finding!.what).toContain(`${verb} ${resource} in namespace "${namespace}"`);
  });

  it('definitions: told by name until they are there, seen without any right of one\'s own', async () => {
    const nobody = new KubeClient(used.cluster.server!.config({ user: 'nobody' }));
    const look = () => examine([definitions], { client: nobody });
    // The test cluster has Workflow and ScheduledWorkflow.
    expect(await look()).toMatchObject([{ verdict: 'error', what: 'The cluster does not know workflowtaskresults.argoproj.io (v1alpha1).', why: 'No run can be submitted.' }]);
    const names = { kind: 'WorkflowTaskResult', listKind: 'WorkflowTaskResultList', plural: 'workflowtaskresults', singular: 'workflowtaskresult' };
    const version = { name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } };
    await client.json({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: { metadata: { name: `${names.plural}.argoproj.io` }, spec: { group: 'argoproj.io', scope: 'Namespaced', names, versions: [version] } } });
    await expect.poll(look, { timeout: 10_000 }).toMatchObject([{ verdict: 'ok', what: 'Workflows (minimal definition) and ScheduledWorkflows are known.' }]);
    await nobody.close();
  });

  it('definitions: one of recurring runs that would leave them empty is told', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scheduledworkflows.kubeflow.org';
    const schemaIs = async (schema: object) => {
      const { metadata, spec } = await client.json<{ metadata: object; spec: { versions: object[] } }>({ path });
      await client.json({ method: 'PUT', path, body: { metadata, spec: { ...spec, versions: spec.versions.map((version) => ({ ...version, schema: { openAPIV3Schema: { type: 'object', ...schema } } })) } } });
    };
    await schemaIs({});
    const look = () => examine([definitions], { client });
    await expect.poll(look, { timeout: 10_000 }).toMatchObject([{ verdict: 'error', what: expect.stringContaining('scheduledworkflows.kubeflow.org'), why: 'No recurring run makes a run.' }]);
    await schemaIs({ 'x-kubernetes-preserve-unknown-fields': true });
    await expect.poll(look, { timeout: 10_000 }).toMatchObject([{ verdict: 'ok' }]);
  });

  it('following: what Argo does not take up, and what no agent stores, after a minute', async () => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
    const workflow = (name: string, labels: Record<string, string>, status?: object) =>
      client.json({ method: 'POST', path, body: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name, labels: { 'pipeline/runid': name, ...labels } }, spec: {}, ...(status && { status }) } });
    const look = (laterMs: number) => examine([following], { client, namespace, clock: () => new Date(Date.now() + laterMs) });
    const completed = { 'workflows.argoproj.io/phase': 'Succeeded', 'workflows.argoproj.io/completed': 'true' };
    const ended = { phase: 'Succeeded', finishedAt: new Date().toISOString() };
    await workflow('runs', { 'workflows.argoproj.io/phase': 'Running' });
    await workflow('stored', { ...completed, 'pipeline/persistedFinalState': 'true' }, ended);
    await workflow('untaken', {});
    await workflow('unstored', completed, ended);
    expect(await look(5_000)).toMatchObject([{ verdict: 'ok' }]);
    expect(await look(90_000)).toMatchObject([
      { verdict: 'warning', what: 'Argo has not looked at one run for more than a minute.' },
      { verdict: 'warning', what: 'One run ended more than a minute ago and is not stored yet.' },
    ]);
    await workflow('unstored-too', completed, ended);
    expect(await look(90_000)).toContainEqual(expect.objectContaining({ what: '2 runs ended more than a minute ago and are not stored yet.' }));
  });

  it('argo-pace: what runs that are over say of it', async () => {
    expect(await examine([argoPace], { client, namespace })).toMatchObject([{ verdict: 'ok' }]);
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    const nodes = Object.fromEntries([0, 1, 2, 3].flatMap((index) => [[`g${index}`, { id: `g${index}`, type: 'Suspend', finishedAt: at(0), children: [`p${index}`] }], [`p${index}`, { id: `p${index}`, type: 'Pod', startedAt: at(10) }]]));
    const workflow = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name: 'slow', labels: { 'pipeline/persistedFinalState': 'true' } }, spec: {}, status: { nodes } };
    await client.json({ method: 'POST', path: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`, body: workflow });
    expect(await examine([argoPace], { client, namespace })).toMatchObject([{ verdict: 'warning', what: expect.stringContaining('about 10 s'), remedy: expect.stringContaining('DEFAULT_REQUEUE_TIME') }]);
  });
});

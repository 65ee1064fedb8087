import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KubeClient } from '@millrace/kubernetes';
import { KubeApiServer } from '@millrace/kubernetes/testing';

const CHART = resolve(import.meta.dirname, '../../../charts/millrace');
const helm = process.env['TEST_HELM'];

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

function run(args: readonly string[], values: object = {}): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(helm ?? 'helm', [...args, '--kube-version', '1.35.0', '-f', '-'], { input: JSON.stringify(values), encoding: 'utf8' });
}

function render(values: object = {}, more: readonly string[] = []): Manifest[] {
  const { status, stdout, stderr } = run(['template', 'millrace', CHART, '--namespace', 'ml', ...more], values);
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

const pods = (manifests: readonly Manifest[]) =>
  manifests.flatMap(({ kind, metadata, spec }) => {
    const { jobTemplate, template = jobTemplate?.spec.template } = (spec ?? {}) as { template?: { spec: Pod }; jobTemplate?: { spec: { template: { spec: Pod } } } };
    return template ? [{ name: `${kind}/${metadata.name}`, pod: template.spec }] : kind === 'Pod' ? [{ name: metadata.name, pod: spec as Pod }] : [];
  });
interface Pod {
  readonly securityContext: Record<string, unknown>;
  readonly containers: readonly { readonly name: string; readonly image: string; readonly securityContext: Record<string, unknown>; readonly env?: readonly { readonly name: string; readonly value?: string }[]; readonly ports?: readonly { readonly name: string }[]; readonly resources?: { readonly limits?: object } }[];
}
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
}
interface Policy {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly ingress?: readonly unknown[];
}
interface Rule {
  readonly alert: string;
}
const rulesOf = (manifests: readonly Manifest[], name: string) => manifests.find(({ kind, metadata }) => kind === 'Role' && metadata.name === name)?.['rules'];

const EXTERNAL = {
  database: { bundled: { enabled: false }, external: { host: 'db', secret: { name: 'db-keys' } } },
  objectStore: { bundled: { enabled: false }, external: { endpoint: 'https://s3.example.com' }, secret: { name: 's3-keys' } },
};
const EVERYTHING = {
  ingress: { enabled: true, host: 'ml.example.com', tlsSecret: 'tls' },
  apiServer: { autoscaling: { enabled: true }, tokenSecret: 'token' },
  persistenceAgent: { autoscaling: { enabled: true } },
  monitoring: { dashboard: { enabled: true } },
  garbageCollection: { enabled: true },
  objectStore: { providers: { s3: { default: { endpoint: 's3.example.com', credentials: { fromEnv: true } } } } },
  dataVolumes: [{ name: 'user-susan', size: '10Gi', nfs: { server: '10.0.0.5', path: '/data' } }],
};

describe.skipIf(helm === undefined)('the chart', () => {
  it('is well formed', () => {
    const { status, stdout } = run(['lint', CHART, '--strict'], EVERYTHING);
    expect({ status, stdout }).toMatchObject({ status: 0 });
  });

  it('collects what deleted runs left only where that is asked for, as the API server, by its settings', () => {
    expect(render().filter(({ kind }) => kind === 'CronJob')).toEqual([]);
    const collect = (values: object = {}) => render({ garbageCollection: { enabled: true, ...values } }).find(({ kind }) => kind === 'CronJob')!;
    const [{ pod }] = pods([collect()]) as [ReturnType<typeof pods>[number]];
    expect(pod).toMatchObject({ serviceAccountName: 'millrace-api-server', containers: [{ args: ['api-server.mjs', 'gc', '--older-than', '7', '--remove'] }] });
    expect(pod.containers[0]!.env!.map(({ name }) => name)).toEqual(expect.arrayContaining(['MILLRACE_DATABASE_HOST', 'MILLRACE_S3_ENDPOINT', 'MILLRACE_PIPELINE_ROOT']));
    const listing = collect({ schedule: '0 * * * *', olderThanDays: 30, remove: false });
    expect(listing['spec']).toMatchObject({ schedule: '0 * * * *', concurrencyPolicy: 'Forbid', timeZone: 'UTC' });
    expect(pods([listing])[0]!.pod.containers[0]).toMatchObject({ args: ['api-server.mjs', 'gc', '--older-than', '30'] });
    expect(run(['template', 'millrace', CHART], { garbageCollection: { enabled: true, olderThanDays: 0 } }).stderr).toContain('olderThanDays');
  });

  it('serves the API where in-cluster SDKs of KFP look for it', () => {
    const service = render().find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'ml-pipeline');
    expect(service?.['spec']).toMatchObject({ ports: [{ name: 'http', port: 8888 }] });
    const api = pods(render()).find(({ name }) => name === 'Deployment/millrace-api-server');
    expect(api?.pod.containers[0]?.env).toContainEqual({ name: 'MILLRACE_BASE_PATH', value: '/pipeline' });
  });

  it('lets the pods of runs report results and do nothing else', () => {
    expect(rulesOf(render(), 'millrace-runs')).toEqual([{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }]);
  });

  it('lets no service read Secrets but the object store keys, nor anything with a star', () => {
    for (const { kind, metadata, rules } of render().filter((each) => each.kind.endsWith('Role'))) {
      for (const rule of rules as { resources: string[]; verbs: string[]; resourceNames?: string[] }[]) {
        expect([kind, metadata.name, JSON.stringify(rule)].join(' ')).not.toContain('*');
        if (rule.resources.includes('secrets')) expect(rule.resourceNames).toEqual(['mlpipeline-minio-artifact']);
      }
    }
  });

  it('runs every pod as the restricted standard asks, with a read-only root and a limit of memory', () => {
    const found = pods(render(EVERYTHING));
    expect(found.map(({ name }) => name).sort()).toEqual([
      'CronJob/millrace-gc', 'Deployment/millrace-api-server', 'Deployment/millrace-argo', 'Deployment/millrace-persistence-agent', 'Deployment/millrace-scheduled-workflow-controller',
      'Job/millrace-migrate', 'StatefulSet/millrace-minio', 'StatefulSet/millrace-mysql', 'millrace-test',
    ]);
    for (const { name, pod } of found) {
      expect([name, pod.securityContext]).toEqual([name, expect.objectContaining({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })]);
      for (const container of pod.containers) {
        expect([name, container.securityContext]).toEqual([name, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }]);
        if (name !== 'millrace-test') expect(container.resources?.limits).toHaveProperty('memory');
      }
    }
  });

  it('takes every image from one registry, and a digest before a tag', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const images = pods(render({ images: { registry: 'registry.example.com/mirror/', millrace: { digest } } })).flatMap(({ pod }) => pod.containers.map(({ image }) => image));
    expect(images.filter((image) => !image.startsWith('registry.example.com/mirror/'))).toEqual([]);
    expect(images).toContain(`registry.example.com/mirror/millrace/millrace@${digest}`);
    expect(images).toContain('registry.example.com/mirror/argoproj/workflow-controller:v4.1.2');
  });

  it('tells every service what to copy with: its own image, or the one that is named', () => {
    const told = (values: object) => new Set(pods(render(values)).flatMap(({ pod }) => pod.containers.flatMap(({ env = [] }) => env.flatMap(({ name, value }) => (name === 'MILLRACE_COPY_IMAGE' ? [value] : [])))));
    expect([...told({ images: { registry: 'registry.example.com', millrace: { tag: '9' } } })]).toEqual(['registry.example.com/millrace/millrace:9']);
    expect([...told({ runs: { copyImage: 'busybox:1.36' } })]).toEqual(['busybox:1.36']);
  });

  it('uses a database, a store and an Argo that are there', () => {
    const manifests = render({ ...EXTERNAL, argo: { install: false } });
    expect(pods(manifests).map(({ name }) => name).filter((name) => /mysql|minio|argo/.test(name))).toEqual([]);
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const env = JSON.stringify(pods(manifests)[0]?.pod.containers[0]?.env);
    expect(env).toContain('{"name":"MILLRACE_S3_ENDPOINT","value":"https://s3.example.com"}');
    expect(env).toContain('"secretKeyRef":{"name":"db-keys","key":"password"}');
  });

  it.each([
    ['an unknown value', { apiServer: { replica: 3 } }, /replica/],
    ['a wrong type', { apiServer: { replicas: 'two' } }, /replicas/],
    ['a database that nobody named', { database: { bundled: { enabled: false } } }, /database\.external\.host/],
    ['an Ingress without a host', { ingress: { enabled: true } }, /ingress\.host/],
    ['users of several namespaces', { multiUser: { enabled: true } }, /multiUser\.enabled/],
  ])('refuses %s by name', (_what, values, message) => {
    expect(() => render(values)).toThrow(message);
  });

  it('knows every value: an object is either closed or one that Kubernetes has a schema for', () => {
    const open: string[] = [];
    const look = ({ type, properties, additionalProperties, items }: Schema, path: string): void => {
      if (type === 'object' && additionalProperties !== false) open.push(path.split('.').at(-1)!);
      for (const [name, schema] of Object.entries(properties ?? {})) look(schema, `${path}.${name}`);
      if (items !== undefined) look(items, path);
    };
    look(JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema, 'values');
    expect([...new Set(open)].sort()).toEqual(['affinity', 'annotations', 'env', 'labels', 'nodeSelector', 'podAnnotations', 'podLabels', 'providers', 'resources']);
  });

  it('closes every pod of the release, and opens what is named: the API to its namespace and to whoever the values say, the stores to their users', () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'a' } } }];
    const manifests = render({ networkPolicy: { apiFrom: from } });
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata, spec }) => ({ name: metadata.name, ...(spec as Policy) }));
    const labels = manifests.flatMap(({ spec }) => [(spec as { template?: { metadata: { labels: Record<string, string> } } } | undefined)?.template?.metadata.labels].filter((found) => found !== undefined));
    expect(labels).toHaveLength(7);
    for (const pod of labels) {
      const closing = policies.filter(({ podSelector, ingress }) => ingress === undefined && Object.entries(podSelector.matchLabels ?? {}).every(([key, value]) => pod[key] === value));
      expect([pod['app.kubernetes.io/component'], closing.map(({ name }) => name)]).toEqual([pod['app.kubernetes.io/component'], ['millrace']]);
    }
    const allows = (name: string) => policies.find((policy) => policy.name === name)?.ingress;
    expect(allows('millrace-api-server')).toEqual([{ ports: [{ port: 'http' }], from: [{ podSelector: {} }, ...from] }]);
    expect(JSON.stringify(allows('millrace-mysql'))).toContain('"values":["api-server","persistence-agent","scheduled-workflow-controller","migrate","gc"]');
  });

  it('scales what it is told to scale, and lets a node be drained one pod at a time', () => {
    const manifests = render(EVERYTHING);
    const scalers = manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler').map(({ spec }) => spec as { scaleTargetRef: { name: string }; metrics: { type: string; pods?: { metric: { name: string } } }[] });
    expect(scalers.map(({ scaleTargetRef, metrics }) => [scaleTargetRef.name, metrics[0]?.pods?.metric.name ?? metrics[0]?.type])).toEqual([['millrace-api-server', 'Resource'], ['millrace-persistence-agent', 'millrace_agent_backlog']]);
    const replicas = manifests.filter(({ kind }) => kind === 'Deployment').map(({ metadata, spec }) => [metadata.name, (spec as { replicas?: number }).replicas]);
    expect(Object.fromEntries(replicas)).toEqual({ 'millrace-api-server': undefined, 'millrace-persistence-agent': undefined, 'millrace-scheduled-workflow-controller': 2, 'millrace-argo': 1 });
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata, spec }) => [metadata.name, (spec as { maxUnavailable: number }).maxUnavailable]);
    expect(Object.fromEntries(budgets)).toEqual({ 'millrace-api-server': 1, 'millrace-persistence-agent': 1, 'millrace-scheduled-workflow-controller': 1 });
  });

  it('is reached through an Ingress or a Gateway below its path, by the names that the API then answers to', () => {
    const manifests = render({ ingress: { enabled: true, host: 'ml.example.com' }, httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }], hostnames: ['ml2.example.com'] }, apiServer: { allowedHosts: ['ml3.example.com'] } });
    expect(manifests.find(({ kind }) => kind === 'Ingress')?.['spec']).toMatchObject({ rules: [{ host: 'ml.example.com', http: { paths: [{ path: '/pipeline', backend: { service: { name: 'ml-pipeline', port: { name: 'http' } } } }] } }] });
    expect(manifests.find(({ kind }) => kind === 'HTTPRoute')?.['spec']).toMatchObject({ parentRefs: [{ name: 'gateway' }], hostnames: ['ml2.example.com'], rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/pipeline' } }], backendRefs: [{ name: 'ml-pipeline', port: 8888 }] }] });
    const api = pods(manifests).find(({ name }) => name === 'Deployment/millrace-api-server');
    expect(api?.pod.containers[0]?.env).toContainEqual({ name: 'MILLRACE_ALLOWED_HOSTS', value: 'ml3.example.com,ml2.example.com,ml.example.com' });
  });

  it('is monitored where Prometheus looks: the port of every service, rules and a dashboard with the labels that are asked for', () => {
    const labels = { release: 'prometheus' };
    const manifests = render({ monitoring: { podMonitor: { enabled: true, labels }, rules: { enabled: true, labels }, dashboard: { enabled: true } } });
    const monitor = manifests.find(({ kind }) => kind === 'PodMonitor');
    expect(monitor?.metadata.labels).toMatchObject(labels);
    expect(monitor?.['spec']).toMatchObject({ podMetricsEndpoints: [{ port: 'probes', path: '/metrics' }] });
    const services = pods(manifests).filter(({ pod }) => pod.containers.some(({ ports }) => ports?.some(({ name }) => name === 'probes')));
    expect(services).toHaveLength(3);
    const rules = manifests.find(({ kind }) => kind === 'PrometheusRule');
    expect(rules?.metadata.labels).toMatchObject(labels);
    for (const rule of (rules!['spec'] as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)) {
      expect(rule).toMatchObject({ expr: expect.stringContaining('namespace="ml"'), labels: { severity: expect.stringMatching(/critical|warning/) }, annotations: { summary: expect.any(String), description: expect.any(String) } });
    }
    const dashboard = manifests.find(({ metadata }) => metadata.name === 'millrace-dashboard');
    expect(dashboard?.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
    expect(JSON.parse((dashboard!['data'] as Record<string, string>)['millrace.json']!)).toMatchObject({ title: 'Millrace' });
  });

  it('sets data on NFS up so that tasks of any node mount it by the name of its claim, and never deletes it', () => {
    const manifests = render(EVERYTHING);
    const volume = manifests.find(({ kind }) => kind === 'PersistentVolume');
    const claim = manifests.find(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(volume?.['spec']).toMatchObject({ persistentVolumeReclaimPolicy: 'Retain', capacity: { storage: '10Gi' }, accessModes: ['ReadWriteMany'], nfs: { server: '10.0.0.5', path: '/data' }, claimRef: { namespace: 'ml', name: 'user-susan' } });
    expect(claim?.['spec']).toMatchObject({ accessModes: ['ReadWriteMany'], volumeName: volume?.metadata.name, storageClassName: '' });
    expect([volume, claim].map((kept) => kept?.metadata.annotations?.['helm.sh/resource-policy'])).toEqual(['keep', 'keep']);
  });

  it('migrates as part of an install and before an upgrade', () => {
    const job = (more: readonly string[]) => render({}, more).find(({ metadata }) => metadata.name === 'millrace-migrate')?.metadata.annotations;
    expect(job([])).toBeUndefined();
    expect(job(['--is-upgrade'])).toMatchObject({ 'helm.sh/hook': 'pre-upgrade' });
  });

  describe('on a real API server', () => {
    let server: KubeApiServer;
    let client: KubeClient;
    beforeAll(async () => {
      server = await KubeApiServer.start();
      client = new KubeClient(server.config(), { userAgent: 'chart-test' });
      await client.json({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'ml', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } } });
      // What the controller manager makes, which does not run here.
      await client.json({ method: 'POST', path: '/api/v1/namespaces/ml/serviceaccounts', body: { metadata: { name: 'default' } } });
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });

    it.each([['as it comes', {}], ['with everything', EVERYTHING], ['with what is there', { ...EXTERNAL, argo: { install: false } }]])('is taken %s', async (_how, values) => {
      const CLUSTER_WIDE = ['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'PersistentVolume'];
      for (const manifest of render(values)) {
        const { apiVersion, kind } = manifest;
        const plural = kind === 'NetworkPolicy' ? 'networkpolicies' : kind === 'Ingress' ? 'ingresses' : `${kind.toLowerCase()}s`;
        const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
        const path = CLUSTER_WIDE.includes(kind) ? `${root}/${plural}` : `${root}/namespaces/ml/${plural}`;
        await client.json({ method: 'POST', path, query: { dryRun: 'All', fieldValidation: 'Strict' }, body: manifest }).catch((error: Error) => {
          throw new Error(`${kind}/${manifest.metadata.name}: ${error.message}`);
        });
      }
    });

    it('brings definitions, newer ones with an upgrade, leaves them when it goes, and uses those that somebody else made', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-chart-'));
      try {
        const kubeconfig = join(folder, 'kubeconfig');
        writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(server)));
        const older = join(folder, 'older');
        cpSync(CHART, older, { recursive: true });
        const definitions = join(older, 'templates/crds.yaml');
        writeFileSync(definitions, readFileSync(definitions, 'utf8').replace(/ {6}additionalPrinterColumns:\n( {8}- .*\n)+/, '      deprecated: false\n'));
        const values = { ...EXTERNAL, argo: { install: false } };
        const release = (...args: readonly string[]) => {
          const { status, stderr } = spawnSync(helm!, [...args, '--kubeconfig', kubeconfig, '--namespace', 'ml'], { input: JSON.stringify(values), encoding: 'utf8' });
          if (status !== 0) throw new Error(stderr);
        };
        const definition = (name: string) => client.json<{ metadata: Manifest['metadata']; spec: { versions: { additionalPrinterColumns?: { name: string }[] }[] } }>({ path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}` });
        const columns = async () => (await definition('workflows.argoproj.io')).spec.versions[0]?.additionalPrinterColumns?.map(({ name }) => name) ?? [];
        const theirs = render().find(({ metadata }) => metadata.name === 'scheduledworkflows.kubeflow.org')!;
        await client.json({ method: 'POST', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body: { ...theirs, metadata: { name: theirs.metadata.name, annotations: { by: 'KFP' } } } });

        release('install', 'millrace', older, '--no-hooks', '-f', '-');
        expect(await columns()).not.toContain('Status');
        release('upgrade', 'millrace', CHART, '--no-hooks', '-f', '-');
        expect(await columns()).toContain('Status');
        release('uninstall', 'millrace', '--no-hooks');
        expect((await definition('workflows.argoproj.io')).metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'millrace' });
        expect((await definition('scheduledworkflows.kubeflow.org')).metadata.annotations).toEqual({ by: 'KFP' });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});

function kubeconfigOf({ port }: KubeApiServer): object {
  const cluster = { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  return { apiVersion: 'v1', kind: 'Config', 'current-context': 'test', clusters: [{ name: 'test', cluster }], users: [{ name: 'test', user: { token: 'token-of-admin' } }], contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }] };
}

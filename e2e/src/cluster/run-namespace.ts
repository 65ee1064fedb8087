import { ApiException, ApiextensionsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig, RbacAuthorizationV1Api, StorageV1Api, type V1CustomResourceDefinition } from '@kubernetes/client-node';

const ACCOUNT = 'pipeline-runner';
const SECRET = 'mlpipeline-minio-artifact';

// The client writes the fields of its types, whose names have no dashes, and leaves out others.
const SCHEDULED_WORKFLOWS: V1CustomResourceDefinition = {
  metadata: { name: 'scheduledworkflows.kubeflow.org' },
  spec: {
    group: 'kubeflow.org',
    scope: 'Namespaced',
    names: { kind: 'ScheduledWorkflow', listKind: 'ScheduledWorkflowList', plural: 'scheduledworkflows', singular: 'scheduledworkflow', shortNames: ['swf'] },
    versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', x_kubernetes_preserve_unknown_fields: true } } }],
  },
};

/** A namespace for runs as an install prepares it, on the cluster of KUBECONFIG. */
export class RunNamespace {
  readonly #core: CoreV1Api;
  readonly #rbac: RbacAuthorizationV1Api;
  readonly #objects: CustomObjectsApi;
  readonly #definitions: ApiextensionsV1Api;
  readonly #storage: StorageV1Api;

  constructor(readonly name: string) {
    const config = new KubeConfig();
    config.loadFromDefault();
    this.#core = config.makeApiClient(CoreV1Api);
    this.#rbac = config.makeApiClient(RbacAuthorizationV1Api);
    this.#objects = config.makeApiClient(CustomObjectsApi);
    this.#definitions = config.makeApiClient(ApiextensionsV1Api);
    this.#storage = config.makeApiClient(StorageV1Api);
  }

  /** Whether claims that name no class, such as those of workspaces, are given a volume. */
  async hasDefaultStorageClass(): Promise<boolean> {
    const { items } = await this.#storage.listStorageClass();
    return items.some(({ metadata }) => metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true');
  }

  /**
   * The account of pods, which may report Argo's results and nothing else, the Secret with the object store's keys, the place where Argo puts what Workflows say nothing
   * of (those of KFP v1), and the kind of recurring runs.
   */
  async prepare(keys: { readonly accessKey: string; readonly secretKey: string }, store?: { readonly endpoint: string; readonly bucket: string }): Promise<void> {
    const namespace = this.name;
    const metadata = { name: ACCOUNT, namespace };
    await unlessThere(this.#core.createNamespace({ body: { metadata: { name: namespace } } }));
    await unlessThere(this.#core.createNamespacedServiceAccount({ namespace, body: { metadata } }));
    await unlessThere(this.#core.createNamespacedSecret({ namespace, body: { metadata: { name: SECRET, namespace }, stringData: { accesskey: keys.accessKey, secretkey: keys.secretKey } } }));
    if (store !== undefined) await this.#keepRepository(store);
    await unlessThere(this.#definitions.createCustomResourceDefinition({ body: SCHEDULED_WORKFLOWS }));
    await unlessThere(this.#rbac.createNamespacedRole({ namespace, body: { metadata, rules: [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }] } }));
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: ACCOUNT };
    await unlessThere(this.#rbac.createNamespacedRoleBinding({ namespace, body: { metadata, subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }], roleRef } }));
  }

  async #keepRepository({ endpoint, bucket }: { readonly endpoint: string; readonly bucket: string }): Promise<void> {
    const namespace = this.name;
    const url = new URL(endpoint.includes('://') ? endpoint : `http://${endpoint}`);
    const secretOf = (key: string) => ({ name: SECRET, key });
    const s3 = { endpoint: url.host, insecure: url.protocol !== 'https:', bucket, keyFormat: 'e2e-v1/{{workflow.name}}/{{pod.name}}', accessKeySecret: secretOf('accesskey'), secretKeySecret: secretOf('secretkey') };
    const repositories = { name: 'artifact-repositories', namespace, annotations: { 'workflows.argoproj.io/default-artifact-repository': 'v1' } };
    await unlessThere(this.#core.createNamespacedConfigMap({ namespace, body: { metadata: repositories, data: { v1: JSON.stringify({ archiveLogs: true, s3 }) } } }));
  }

  /** A Secret or ConfigMap for tasks. */
  async keep(kind: 'secret' | 'config-map', name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const namespace = this.name;
    const metadata = { name, namespace };
    if (kind === 'secret') await unlessThere(this.#core.createNamespacedSecret({ namespace, body: { metadata, stringData: { ...values } } }));
    else await unlessThere(this.#core.createNamespacedConfigMap({ namespace, body: { metadata, data: { ...values } } }));
  }

  /** Gives a ConfigMap other values. */
  async change(name: string, values: Readonly<Record<string, string>>): Promise<void> {
    const { name: namespace } = this;
    await this.#core.replaceNamespacedConfigMap({ namespace, name, body: { metadata: { name, namespace }, data: { ...values } } });
  }

  /** Removes the claim that a pipeline made under a fixed name and left. */
  async removeClaim(name: string): Promise<void> {
    const namespace = this.name;
    await unless(404, this.#core.deleteNamespacedPersistentVolumeClaim({ namespace, name }));
  }

  /** How many pods the API server has of a run. */
  async podsOf(runId: string): Promise<number> {
    const { items } = await this.#core.listNamespacedPod({ namespace: this.name, labelSelector: `pipeline/runid=${runId}` });
    return items.length;
  }

  /** Images that pods of a run mount. */
  async imagesMountedBy(runId: string): Promise<string[]> {
    const { items } = await this.#core.listNamespacedPod({ namespace: this.name, labelSelector: `pipeline/runid=${runId}` });
    return items.flatMap(({ spec }) => spec?.volumes?.flatMap(({ image }) => image?.reference ?? []) ?? []);
  }

  async workflowsOf(runId: string): Promise<number> {
    const { items } = (await this.#objects.listNamespacedCustomObject({ group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows', namespace: this.name, labelSelector: `pipeline/runid=${runId}` })) as { items: readonly object[] };
    return items.length;
  }

  async schedules(): Promise<number> {
    const { items } = (await this.#objects.listNamespacedCustomObject({ group: 'kubeflow.org', version: 'v1beta1', plural: 'scheduledworkflows', namespace: this.name })) as { items: readonly object[] };
    return items.length;
  }

  /** Removes the Workflow of a run, and with it its pods. */
  async removeWorkflowOf(runId: string): Promise<void> {
    await this.#objects.deleteCollectionNamespacedCustomObject({ group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows', namespace: this.name, labelSelector: `pipeline/runid=${runId}` });
  }
}

const unlessThere = (request: Promise<unknown>): Promise<void> => unless(409, request);

async function unless(code: number, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException && error.code === code)) throw error;
  }
}

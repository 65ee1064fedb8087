import { Writable } from 'node:stream';
import { ApiException, CoreV1Api, CustomObjectsApi, Exec, KubeConfig, PatchStrategy, RbacAuthorizationV1Api, setHeaderOptions } from '@kubernetes/client-node';
import type { Workflow } from '@millrace/argo';
import { RELEASE_FILE } from './scripted-pods.js';

const WORKFLOWS = { group: 'argoproj.io', version: 'v1alpha1', plural: 'workflows' } as const;
export const SERVICE_ACCOUNT = 'millrace-fixtures';

/** A cluster with Argo Workflows, reached through KUBECONFIG, and one namespace of it. */
export class ArgoCluster {
  readonly #core: CoreV1Api;
  readonly #rbac: RbacAuthorizationV1Api;
  readonly #objects: CustomObjectsApi;
  readonly #exec: Exec;

  constructor(readonly namespace: string) {
    const config = new KubeConfig();
    config.loadFromDefault();
    this.#core = config.makeApiClient(CoreV1Api);
    this.#rbac = config.makeApiClient(RbacAuthorizationV1Api);
    this.#objects = config.makeApiClient(CustomObjectsApi);
    this.#exec = new Exec(config);
  }

  /** Makes the namespace, and an account that may do what Argo's executor needs: nothing but report results. */
  async prepare(): Promise<void> {
    const { namespace } = this;
    const metadata = { name: SERVICE_ACCOUNT, namespace };
    await ignoring(409, this.#core.createNamespace({ body: { metadata: { name: namespace } } }));
    await ignoring(409, this.#core.createNamespacedServiceAccount({ namespace, body: { metadata } }));
    const rules = [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }];
    await ignoring(409, this.#rbac.createNamespacedRole({ namespace, body: { metadata, rules } }));
    const subjects = [{ kind: 'ServiceAccount', name: SERVICE_ACCOUNT, namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: SERVICE_ACCOUNT };
    await ignoring(409, this.#rbac.createNamespacedRoleBinding({ namespace, body: { metadata, subjects, roleRef } }));
  }

  async create(workflow: Workflow): Promise<void> {
    await this.#objects.createNamespacedCustomObject({ ...WORKFLOWS, namespace: this.namespace, body: { ...workflow, metadata: { ...workflow.metadata, namespace: this.namespace } } });
  }

  async read(name: string): Promise<Workflow> {
    return (await this.#objects.getNamespacedCustomObject({ ...WORKFLOWS, namespace: this.namespace, name })) as Workflow;
  }

  async patch(name: string, body: object): Promise<void> {
    await this.#objects.patchNamespacedCustomObject({ ...WORKFLOWS, namespace: this.namespace, name, body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch));
  }

  /** Removes a Workflow with its pods and waits until they are gone. */
  async remove(name: string): Promise<void> {
    await ignoring(404, this.#objects.deleteNamespacedCustomObject({ ...WORKFLOWS, namespace: this.namespace, name, gracePeriodSeconds: 0 }));
    for (;;) {
      const gone = (await ignoring(404, this.read(name))) === undefined;
      const pods = await this.podsOf(name);
      if (gone && pods.size === 0) return;
      for (const pod of pods.values()) await this.deletePod(pod);
      await pause(300);
    }
  }

  /** Pods of a Workflow by the name of their node. */
  async podsOf(workflow: string): Promise<Map<string, string>> {
    const { items } = await this.#core.listNamespacedPod({ namespace: this.namespace, labelSelector: `workflows.argoproj.io/workflow=${workflow}` });
    return new Map(items.map(({ metadata }) => [metadata!.annotations?.['workflows.argoproj.io/node-name'] ?? '', metadata!.name!]));
  }

  async deletePod(name: string, gracePeriodSeconds = 0): Promise<void> {
    await ignoring(404, this.#core.deleteNamespacedPod({ namespace: this.namespace, name, gracePeriodSeconds }));
  }

  async logOf(pod: string): Promise<string> {
    return (await ignoring(400, this.#core.readNamespacedPodLog({ namespace: this.namespace, name: pod, container: 'main' }))) ?? '';
  }

  /** Ends a pod that waits. */
  async release(pod: string): Promise<void> {
    const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
    await new Promise<void>((resolve, reject) => {
      this.#exec
        .exec(this.namespace, pod, 'main', ['touch', RELEASE_FILE], sink(), sink(), null, false, ({ status, message }) => (status === 'Success' ? resolve() : reject(new Error(message))))
        .catch(reject);
    });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function ignoring<Value>(code: number, request: Promise<Value>): Promise<Value | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiException && error.code === code) return undefined;
    throw error;
  }
}
